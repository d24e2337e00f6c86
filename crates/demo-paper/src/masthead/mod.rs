//! Everything the paper asks of Masthead, over its public HTTP API.

mod counter;
mod exchange;
mod keys;
mod plans;

use std::time::Duration;

use reqwest::redirect::Policy;

use crate::addresses::Addresses;

#[cfg(test)]
pub use counter::StretchGoal;
pub use counter::{Campaign, Counter, CounterAnswer};
pub use exchange::{Exchange, ExchangeError};
pub use keys::{KeySet, Keys};
pub use plans::Plans;

/// Readers wait for these calls, so a Masthead that hangs must not hang the paper.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const CALL_TIMEOUT: Duration = Duration::from_millis(1_000);
/// A reader who has just signed in waits for this one, and has no second code to try.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(8);

/// The connection to Masthead.
pub struct Masthead {
    /// The campaign and its number.
    pub counter: Counter,
    /// What membership costs.
    pub plans: Plans,
    /// The public keys that sign tokens.
    pub keys: Keys,
    /// Codes for tokens.
    pub exchange: Exchange,
}

impl Masthead {
    /// Prepares the calls; makes none.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(addresses: &Addresses) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(CALL_TIMEOUT)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent("HarbourLedger/1.0")
            .build()?;
        Ok(Self {
            counter: Counter::new(http.clone(), addresses.campaign()),
            plans: Plans::new(http.clone(), addresses.masthead("/v1/plans")),
            keys: Keys::new(http.clone(), addresses.masthead("/.well-known/jwks.json")),
            exchange: Exchange::new(http, addresses),
        })
    }
}
