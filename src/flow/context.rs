//! What every flow is given: the database, the outside world, keys, clocks, randomness, settings.

use std::sync::Arc;

use url::Url;

use super::{Pulse, Stop, catalogue::Kept, metrics::Metrics, wake::Wake};
use crate::{
    domain::{entropy::Entropy, projection::Policy, time::Moment},
    gateway::payment::{CheckoutExtras, PaymentGateway},
    store::Store,
    token::{Keyring, MasterSecret},
};

/// What every flow is given. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub store: Store,
    /// The payment gateway.
    pub payments: PaymentGateway,
    /// The secret outside the database, and what is derived from it.
    pub secret: Arc<MasterSecret>,
    /// The keys that sign tokens.
    pub keyring: Arc<Keyring>,
    /// The clocks.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Bells for the workers.
    pub wake: Wake,
    /// Signs of life of the loops.
    pub pulse: Pulse,
    /// How far stopping has gone.
    pub stop: Stop,
    /// What is counted for whoever watches the service.
    pub metrics: Metrics,
    /// What is declared, as last read.
    pub catalogue: Kept,
    /// Settings.
    pub settings: Arc<Settings>,
}

/// Settings that flows read.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The public address of this service, with a trailing slash: every link is built on it, never on a request's Host.
    pub base_url: Url,
    /// How long rights outlast what is paid.
    pub policy: Policy,
    /// How long an access token may live, in seconds; at most 600.
    pub token_ttl_seconds: i64,
    /// How long a browser stays signed in, in seconds.
    pub session_ttl_seconds: i64,
    /// For how many months a gift can be redeemed.
    pub gift_redeem_months: i64,
    /// What every checkout offers beside its price.
    pub extras: CheckoutExtras,
    /// Budgets against flooding.
    pub limits: Limits,
}

/// How often things may be done before they are refused.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Sign-in mails to one address in an hour.
    pub sign_in_mails_per_address_hour: i64,
    /// Sign-in requests from one client address in an hour.
    pub sign_in_requests_per_client_hour: i64,
    /// Sign-in mails to all addresses in an hour.
    pub sign_in_mails_total_hour: i64,
    /// Wrong codes from all browsers in an hour.
    pub wrong_codes_total_hour: i64,
    /// Checkouts started from one client address in an hour.
    pub checkouts_per_client_hour: i64,
    /// Checkouts started for one e-mail address, or by one member, in an hour.
    pub checkouts_per_address_hour: i64,
    /// Checkouts started by everybody in an hour.
    pub checkouts_total_hour: i64,
    /// Codes of gifts that are tried from one client address in an hour.
    pub gift_codes_per_client_hour: i64,
    /// Declarations that a contract ends from one client address in an hour.
    pub cancellations_per_client_hour: i64,
    /// Declarations that are answered by mail to one address in an hour.
    pub cancellation_mails_per_address_hour: i64,
    /// Declarations from everybody in an hour.
    pub cancellations_total_hour: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_mails_per_address_hour: 6,
            sign_in_requests_per_client_hour: 60,
            sign_in_mails_total_hour: 2_000,
            wrong_codes_total_hour: 1_000,
            checkouts_per_client_hour: 60,
            checkouts_per_address_hour: 20,
            checkouts_total_hour: 3_000,
            gift_codes_per_client_hour: 30,
            cancellations_per_client_hour: 20,
            cancellation_mails_per_address_hour: 6,
            cancellations_total_hour: 500,
        }
    }
}

type Now = dyn Fn() -> Moment + Send + Sync;

/// Two clocks: business time (periods, grace, campaigns) and the wall's (sessions, tokens, signatures).
#[derive(Clone)]
pub struct Clock {
    business: Arc<Now>,
    wall: Arc<Now>,
}

impl Clock {
    /// Clocks that read from two functions.
    pub fn new(
        business: impl Fn() -> Moment + Send + Sync + 'static,
        wall: impl Fn() -> Moment + Send + Sync + 'static,
    ) -> Self {
        Self { business: Arc::new(business), wall: Arc::new(wall) }
    }

    /// Now, for periods, grace and campaigns.
    pub fn business(&self) -> Moment {
        (self.business)()
    }

    /// Now, for sessions, tokens and signatures.
    pub fn wall(&self) -> Moment {
        (self.wall)()
    }
}
