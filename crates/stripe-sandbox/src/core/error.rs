//! Refusals, as Stripe words and numbers them.

use serde_json::{Map, Value, json};

/// A refused request: the HTTP status and what Stripe's `error` body holds.
#[derive(Debug, Clone)]
pub struct ApiError {
    /// HTTP status code.
    pub status: u16,
    /// Stripe's error `type`, for example `invalid_request_error`.
    pub kind: &'static str,
    /// Stripe's error `code`, if this error has one.
    pub code: Option<&'static str>,
    /// The request parameter at fault.
    pub param: Option<String>,
    /// A sentence for the developer (for card errors: for the payer).
    pub message: String,
    /// Further fields of the body (`decline_code`, `payment_intent` …).
    pub extra: Vec<(&'static str, Value)>,
    /// Whether what was written before the refusal stays (a declined payment leaves its failed charge).
    pub keeps_changes: bool,
    /// Whether the parameters themselves were wrong, so that nothing began to run.
    pub before_start: bool,
}

impl ApiError {
    fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            code: None,
            param: None,
            message: message.into(),
            extra: Vec::new(),
            keeps_changes: false,
            before_start: false,
        }
    }

    /// 400 `invalid_request_error` without a code.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    /// 400 for parameters that never reach the endpoint.
    pub fn bad_param(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        let mut error = Self::invalid(message).at(param).coded(code);
        error.before_start = true;
        error
    }

    /// 404 `resource_missing`.
    pub fn missing(noun: &str, id: &str, param: &str) -> Self {
        Self::new(404, "invalid_request_error", format!("No such {noun}: '{id}'")).at(param).coded("resource_missing")
    }

    /// The same as [`ApiError::missing`] for an id given in a parameter, which Stripe answers with 400.
    pub fn missing_reference(noun: &str, id: &str, param: &str) -> Self {
        let mut error = Self::missing(noun, id, param);
        error.status = 400;
        error
    }

    /// 401: no key, or another key than this sandbox's.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(401, "invalid_request_error", message)
    }

    /// 403: a restricted key without a permission.
    pub fn forbidden(permission: &str) -> Self {
        Self::new(
            403,
            "invalid_request_error",
            format!(
                "The provided key does not have the required permissions for this endpoint. Having the '{permission}' permission would allow this request to continue."
            ),
        )
    }

    /// 429: too many requests.
    pub fn too_many() -> Self {
        Self::new(429, "invalid_request_error", "Too many requests hit the API too quickly.").coded("rate_limit")
    }

    /// 404 for an address that is no endpoint.
    pub fn unrecognized(method: &str, path: &str) -> Self {
        Self::new(
            404,
            "invalid_request_error",
            format!(
                "Unrecognized request URL ({method}: {path}). The sandbox speaks only the parts of Stripe that its README lists."
            ),
        )
    }

    /// 402 `card_error`; what the failed attempt wrote stays.
    pub fn card(code: &'static str, message: impl Into<String>) -> Self {
        let mut error = Self::new(402, "card_error", message).coded(code);
        error.keeps_changes = true;
        error
    }

    /// 400 `idempotency_error`.
    pub fn idempotency(message: impl Into<String>) -> Self {
        Self::new(400, "idempotency_error", message)
    }

    /// 500 `api_error`, for states that the sandbox holds impossible.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "api_error", message)
    }

    /// Names the parameter at fault.
    pub fn at(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    /// Sets Stripe's error code.
    pub fn coded(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// Adds a field to the body.
    pub fn with(mut self, field: &'static str, value: Value) -> Self {
        self.extra.push((field, value));
        self
    }

    /// The JSON body, `{"error": {…}}`.
    pub fn body(&self) -> Value {
        let mut error = Map::new();
        if let Some(code) = self.code {
            error.insert("code".into(), json!(code));
            error.insert(
                "doc_url".into(),
                json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"))),
            );
        }
        error.extend(self.extra.iter().map(|(field, value)| ((*field).to_owned(), value.clone())));
        error.insert("message".into(), json!(self.message));
        if let Some(param) = &self.param {
            error.insert("param".into(), json!(param));
        }
        error.insert("type".into(), json!(self.kind));
        json!({ "error": error })
    }
}
