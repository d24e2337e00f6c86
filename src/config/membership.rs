//! How long rights, sessions and tokens last.

use serde::Deserialize;

/// How long rights outlast what is paid.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MembershipConfig {
    /// After a failed renewal, in days.
    pub grace_days: u32,
    /// After the paid period of a renewing member, in hours.
    pub renewal_slack_hours: u32,
    /// For how long a gift can be redeemed, in months.
    pub gift_redeem_months: u32,
}

/// How long browsers stay signed in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsConfig {
    /// In days.
    pub ttl_days: u32,
}

/// How long tokens live.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokensConfig {
    /// In seconds.
    pub ttl_seconds: u32,
}
