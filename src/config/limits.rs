//! Budgets against flooding.

use serde::Deserialize;

/// Budgets against flooding; each number is for one hour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsConfig {
    /// Sign-in mails to one address.
    pub sign_in_mails_per_address_hour: u32,
    /// Sign-in requests from one client address.
    pub sign_in_requests_per_client_hour: u32,
    /// Sign-in mails to all addresses.
    pub sign_in_mails_total_hour: u32,
    /// Wrong codes from all browsers.
    pub wrong_codes_total_hour: u32,
    /// Checkouts started from one client address.
    pub checkouts_per_client_hour: u32,
    /// Checkouts started for one e-mail address, or by one member.
    pub checkouts_per_address_hour: u32,
    /// Checkouts started by everybody.
    pub checkouts_total_hour: u32,
    /// Codes of gifts that are tried from one client address.
    pub gift_codes_per_client_hour: u32,
    /// Declarations that a contract ends from one client address.
    pub cancellations_per_client_hour: u32,
    /// Declarations that are answered by mail to one address; more are kept without an answer.
    pub cancellation_mails_per_address_hour: u32,
    /// Declarations from everybody.
    pub cancellations_total_hour: u32,
}
