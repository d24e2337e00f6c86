//! Webhook endpoints at the gateway.

use serde_json::Value;

use super::{GatewayError, PaymentGateway, api_version, wire::Parameters};

/// Where the gateway sends events, as it has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// The gateway's id.
    pub id: String,
    /// Where to.
    pub url: String,
    /// The version in which its events are written; none means the account's own.
    pub api_version: Option<String>,
    /// Whether it is in use: the gateway turns one off that has failed for days.
    pub is_enabled: bool,
    /// The types that it sends; `*` is all of them.
    pub event_types: Vec<String>,
    /// When it was made, in unix seconds.
    pub created_seconds: i64,
}

/// An endpoint that was just made.
#[derive(Clone)]
pub struct NewWebhookEndpoint {
    /// The endpoint.
    pub endpoint: WebhookEndpoint,
    /// What signs its events. The gateway tells it this once.
    pub secret: String,
}

impl WebhookEndpoint {
    fn read(object: &Value) -> Option<Self> {
        let types = object["enabled_events"].as_array()?.iter();
        Some(Self {
            id: object["id"].as_str()?.to_owned(),
            url: object["url"].as_str()?.to_owned(),
            api_version: object["api_version"].as_str().map(str::to_owned),
            is_enabled: object["status"] == "enabled",
            event_types: types.filter_map(Value::as_str).map(str::to_owned).collect(),
            created_seconds: object["created"].as_i64().unwrap_or(0),
        })
    }

    fn read_or_unknown(object: &Value) -> Result<Self, GatewayError> {
        Self::read(object).ok_or_else(|| GatewayError::Unknown("a webhook endpoint of no known form".to_owned()))
    }
}

impl PaymentGateway {
    /// All webhook endpoints of the account in this mode, the newest first.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn list_webhook_endpoints(&self) -> Result<Vec<WebhookEndpoint>, GatewayError> {
        // An account has 16 at most: one page holds them.
        let page = self.get("/webhook_endpoints", &vec![("limit", "100".to_owned())]).await?;
        Ok(page["data"].as_array().into_iter().flatten().filter_map(WebhookEndpoint::read).collect())
    }

    /// Makes an endpoint whose events are written in the version that is spoken here.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_webhook_endpoint(
        &self,
        url: &str,
        event_types: &[&str],
        key: &str,
    ) -> Result<NewWebhookEndpoint, GatewayError> {
        let mut form: Parameters<'_> = vec![
            ("url", url.to_owned()),
            ("api_version", api_version().to_owned()),
            ("description", "Masthead: memberships".to_owned()),
            ("metadata[masthead]", "webhook".to_owned()),
        ];
        form.extend(event_types.iter().map(|kind| ("enabled_events[]", (*kind).to_owned())));
        let object = self.post("/webhook_endpoints", &form, key).await?;
        let secret = object["secret"].as_str().map(str::to_owned);
        let secret = secret.ok_or_else(|| GatewayError::Unknown("an endpoint without a signing secret".to_owned()))?;
        Ok(NewWebhookEndpoint { endpoint: WebhookEndpoint::read_or_unknown(&object)?, secret })
    }

    /// Turns an endpoint on and has it send these types.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn mend_webhook_endpoint(
        &self,
        id: &str,
        event_types: &[&str],
        key: &str,
    ) -> Result<WebhookEndpoint, GatewayError> {
        let mut form: Parameters<'_> = vec![("disabled", "false".to_owned())];
        form.extend(event_types.iter().map(|kind| ("enabled_events[]", (*kind).to_owned())));
        let object = self.post(&format!("/webhook_endpoints/{id}"), &form, key).await?;
        WebhookEndpoint::read_or_unknown(&object)
    }

    /// Deletes an endpoint; one that is gone already is fine.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn delete_webhook_endpoint(&self, id: &str) -> Result<(), GatewayError> {
        match self.delete(&format!("/webhook_endpoints/{id}")).await {
            Ok(()) | Err(GatewayError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
