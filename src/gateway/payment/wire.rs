//! One call to the gateway: its time limit, its tries, its idempotency key.

use std::{future::Future, time::Duration};

use serde_json::Value;
use stripe_client_core::{RequestBuilder, StripeMethod};
use tokio::time::{Instant, sleep};

use super::{GatewayError, PaymentGateway};

/// How often one call is made before its failure is told.
const TRIES: u32 = 3;
/// A call that took this long is not made again: somebody waits for it.
const AGAIN_WITHIN: Duration = Duration::from_secs(5);
/// The pause before the second try; twice as long before the third.
const PAUSE: Duration = Duration::from_millis(250);

/// Names and values of a query or a form, in Stripe's notation: `features[invoice_history][enabled]`.
pub(super) type Parameters<'a> = Vec<(&'a str, String)>;

impl PaymentGateway {
    /// Sends a request that changes something, under an idempotency key that the caller has stored before. What may have been
    /// lost on the way is sent again under the same key.
    pub(super) async fn write<R>(&self, request: &R, key: &str) -> Result<R::Output, GatewayError>
    where
        R: stripe::StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        let strategy = idempotent(key)?;
        insist(|| request.customize().request_strategy(strategy.clone()).send(&self.client)).await
    }

    /// Sends a request that reads something.
    pub(super) async fn read<R>(&self, request: &R) -> Result<R::Output, GatewayError>
    where
        R: stripe::StripeRequest,
        R::Output: miniserde::Deserialize,
    {
        let once = stripe::RequestStrategy::Once;
        insist(|| request.customize().request_strategy(once.clone()).send(&self.client)).await
    }

    /// Reads an object in whatever shape the gateway gives it: what is unknown in it harms nobody.
    pub(super) async fn get(&self, path: &str, query: &Parameters<'_>) -> Result<Value, GatewayError> {
        self.send(StripeMethod::Get, path, query, stripe::RequestStrategy::Once).await
    }

    /// The same, asked once only: for what somebody waits for and can do without.
    pub(super) async fn get_once(&self, path: &str) -> Result<Value, GatewayError> {
        let answer = self.call(StripeMethod::Get, path, None, stripe::RequestStrategy::Once).await;
        readable(&answer.map_err(GatewayError::from)?)
    }

    /// Makes or changes an object, as [`PaymentGateway::write`] does.
    pub(super) async fn post(&self, path: &str, form: &Parameters<'_>, key: &str) -> Result<Value, GatewayError> {
        self.send(StripeMethod::Post, path, form, idempotent(key)?).await
    }

    /// Asks what something would come to: a POST that changes nothing, so it may be made again without a key.
    pub(super) async fn rehearse(&self, path: &str, form: &Parameters<'_>) -> Result<Value, GatewayError> {
        self.send(StripeMethod::Post, path, form, stripe::RequestStrategy::Once).await
    }

    /// Deletes an object. One that is gone already is [`GatewayError::Missing`].
    pub(super) async fn delete(&self, path: &str) -> Result<(), GatewayError> {
        self.send(StripeMethod::Delete, path, &Vec::new(), stripe::RequestStrategy::Once).await.map(|_| ())
    }

    async fn send(
        &self,
        method: StripeMethod,
        path: &str,
        parameters: &Parameters<'_>,
        strategy: stripe::RequestStrategy,
    ) -> Result<Value, GatewayError> {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        let parameters = Some(encoded).filter(|text| !text.is_empty());
        let answer = insist(|| self.call(method, path, parameters.clone(), strategy.clone())).await?;
        readable(&answer)
    }

    async fn call(
        &self,
        method: StripeMethod,
        path: &str,
        parameters: Option<String>,
        strategy: stripe::RequestStrategy,
    ) -> Result<miniserde::json::Value, stripe::StripeError> {
        let mut request = RequestBuilder::new(method, path);
        match method {
            StripeMethod::Post => request.body = parameters,
            StripeMethod::Get | StripeMethod::Delete => request.query = parameters,
        }
        request.customize().request_strategy(strategy).send(&self.client).await
    }
}

fn readable(answer: &miniserde::json::Value) -> Result<Value, GatewayError> {
    serde_json::from_str(&miniserde::json::to_string(answer))
        .map_err(|_| GatewayError::Unknown("the answer could not be read".to_owned()))
}

fn idempotent(key: &str) -> Result<stripe::RequestStrategy, GatewayError> {
    let key = stripe::IdempotencyKey::new(key).map_err(|_| GatewayError::Setting)?;
    Ok(stripe::RequestStrategy::Idempotent(key))
}

/// Makes a call again while its outcome is unknown and nobody has waited for long.
async fn insist<T, Sent>(call: impl Fn() -> Sent) -> Result<T, GatewayError>
where
    Sent: Future<Output = Result<T, stripe::StripeError>>,
{
    let began = Instant::now();
    let mut tries = 1;
    loop {
        match call().await.map_err(GatewayError::from) {
            Err(GatewayError::Unknown(_)) if tries < TRIES && began.elapsed() < AGAIN_WITHIN => {
                sleep(PAUSE * tries).await;
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}
