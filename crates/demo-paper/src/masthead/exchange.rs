//! A one-use code for an access token, server to server.

use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use super::EXCHANGE_TIMEOUT;
use crate::addresses::Addresses;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The code is used, late, or not ours.
    #[error("Masthead refused the code")]
    Refused,
    /// Masthead could not be asked or did not answer as agreed.
    #[error("Masthead could not be asked: {0}")]
    Unreachable(String),
}

#[derive(Serialize)]
struct Request<'a> {
    site: &'a str,
    code: &'a str,
    code_verifier: &'a str,
    return_to: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
}

/// Exchanges codes.
pub struct Exchange {
    http: reqwest::Client,
    url: String,
    site: String,
    return_to: String,
}

impl Exchange {
    /// Prepares; asks nothing yet.
    pub fn new(http: reqwest::Client, addresses: &Addresses) -> Self {
        Self {
            http,
            url: addresses.masthead("/v1/continue/exchange"),
            site: addresses.site().to_owned(),
            return_to: addresses.signed_in(),
        }
    }

    /// The access token for `code`, not yet verified.
    ///
    /// # Errors
    /// [`ExchangeError`]; a refused code stays refused, an unreachable Masthead may answer later.
    pub async fn redeem(&self, code: &str, code_verifier: &str) -> Result<String, ExchangeError> {
        let request = Request { site: &self.site, code, code_verifier, return_to: &self.return_to };
        let unreachable = |error: reqwest::Error| ExchangeError::Unreachable(error.to_string());
        let response =
            self.http.post(&self.url).timeout(EXCHANGE_TIMEOUT).json(&request).send().await.map_err(unreachable)?;
        match response.status() {
            StatusCode::OK => {
                let answer: Answer = response.json().await.map_err(unreachable)?;
                Ok(answer.access_token)
            }
            status if status.is_client_error() => Err(ExchangeError::Refused),
            status => Err(ExchangeError::Unreachable(format!("status {status}"))),
        }
    }
}
