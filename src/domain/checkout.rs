//! Checkouts: one try to pay.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    id::{CampaignId, CheckoutId, MemberId, PersonId, PriceId},
    plan::words,
    time::Moment,
};

/// Where a checkout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckoutState {
    /// Stored here; the gateway may not have it yet.
    Creating,
    /// The payer can pay.
    Open,
    /// Completed; the money is on its way.
    Settling,
    /// Paid.
    Paid,
    /// Paid, but the member had a membership already: cancelled and sent back.
    Duplicate,
    /// Given up, or replaced by a newer one.
    Expired,
}

words!(
    CheckoutState,
    Creating = "creating",
    Open = "open",
    Settling = "settling",
    Paid = "paid",
    Duplicate = "duplicate",
    Expired = "expired"
);

/// What a checkout is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A membership that is billed by month or year.
    Membership,
    /// A payment made once.
    Contribution,
    /// A membership for somebody else, paid once.
    Gift,
}

words!(Purpose, Membership = "membership", Contribution = "contribution", Gift = "gift");

/// Where the payer came from. Kept as sent; never trusted with anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// The article that the payer was reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The page before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Campaign parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utm_source: Option<String>,
    /// Campaign parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utm_medium: Option<String>,
    /// Campaign parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utm_campaign: Option<String>,
    /// Campaign parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utm_term: Option<String>,
    /// Campaign parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utm_content: Option<String>,
    /// The variant of a page that was shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// The longest attribution value, in bytes.
pub const ATTRIBUTION_MAX_BYTES: usize = 500;

impl Attribution {
    /// The first field whose value is too long or holds a control character.
    pub fn first_fault(&self) -> Option<&'static str> {
        let fields = [
            ("attribution.article", &self.article),
            ("attribution.referrer", &self.referrer),
            ("attribution.utm_source", &self.utm_source),
            ("attribution.utm_medium", &self.utm_medium),
            ("attribution.utm_campaign", &self.utm_campaign),
            ("attribution.utm_term", &self.utm_term),
            ("attribution.utm_content", &self.utm_content),
            ("attribution.variant", &self.variant),
        ];
        let is_bad = |text: &str| text.len() > ATTRIBUTION_MAX_BYTES || text.chars().any(char::is_control);
        fields.into_iter().find(|(_, value)| value.as_deref().is_some_and(is_bad)).map(|(name, _)| name)
    }
}

/// One try to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkout {
    /// The checkout's id; the gateway keeps it as our reference.
    pub id: CheckoutId,
    /// The address that was typed, or the member's own.
    pub person_id: PersonId,
    /// The member, from the start or once paid.
    pub member_id: Option<MemberId>,
    /// Whether the payer was signed in at the start.
    pub by_member: bool,
    /// Whether the payment made the member.
    pub made_member: bool,
    /// What it is for.
    pub purpose: Purpose,
    /// What is bought.
    pub price_id: PriceId,
    /// The amount that the payer chose, in minor units; none where the price has its own.
    pub amount_minor: Option<i64>,
    /// The promotion code that was named here.
    pub promotion_code: Option<String>,
    /// The campaign whose page led here.
    pub campaign_id: Option<CampaignId>,
    /// Where it stands.
    pub state: CheckoutState,
    /// SHA-256 of the cookie of the browser that started it, in hexadecimal.
    pub browser_hash: String,
    /// Where the payer came from.
    pub attribution: Attribution,
    /// Where to go afterwards.
    pub return_to: Option<String>,
    /// The gateway's session, once made.
    pub gateway_session_id: Option<String>,
    /// The gateway's page, once made.
    pub url: Option<String>,
    /// When it was started, by the wall clock.
    pub created_at: Moment,
}
