//! Mail that Masthead writes: what is in it, not how it reads. The outbox stores this, so it holds no secret and no address.

use serde::{Deserialize, Serialize};

use super::{
    news::News,
    plan::Interval,
    time::{DAY_MILLIS, SECOND_MILLIS},
};

/// For how long news of a payment or of an address is worth sending, in milliseconds.
pub const NEWS_WORTH_MILLIS: i64 = 3 * DAY_MILLIS;

/// A mail, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mail {
    /// Link and code to sign in; both are derived from the attempt when it is sent.
    SignIn {
        /// The attempt.
        attempt_id: String,
    },
    /// Thanks and receipt after joining.
    Welcome {
        /// What was bought.
        receipt: Receipt,
        /// The member's number.
        member_number: i64,
        /// When it was paid, in milliseconds of business time.
        paid_at_millis: i64,
        /// Where the reader came from.
        return_to: Option<String>,
        /// When the free trial ends that it begins with, in milliseconds of business time: then nothing was paid.
        #[serde(default)]
        free_until_millis: Option<i64>,
        /// What was paid at first, which a discount may make another sum than what is billed.
        #[serde(default)]
        paid: Option<FirstPaid>,
    },
    /// A payment arrived for an address that belongs to a member: link and code to sign in.
    PaidSignIn {
        /// What was bought.
        receipt: Receipt,
        /// The attempt behind link and code.
        attempt_id: String,
    },
    /// To the new address: confirm it.
    ConfirmAddress {
        /// The attempt behind the link.
        attempt_id: String,
    },
    /// To the old address: it was changed.
    AddressChanged {
        /// The new address with most letters hidden.
        masked_new_email: String,
    },
    /// News of a membership.
    Membership {
        /// What happened.
        news: News,
    },
    /// A second membership was cancelled and its payment sent back.
    DuplicateRefunded {
        /// What was sent back.
        receipt: Receipt,
    },
    /// A membership paid by bank transfer or in cash ends soon.
    OfflineEnds {
        /// The plan's title.
        plan: String,
        /// When, in milliseconds of business time.
        until_millis: i64,
    },
    /// A membership paid by bank transfer or in cash has ended.
    OfflineEnded {
        /// The plan's title.
        plan: String,
        /// When, in milliseconds of business time.
        until_millis: i64,
    },
    /// A gift's code, or that nobody has redeemed it yet.
    GiftCode {
        /// The gift; its code is derived when it is sent.
        gift_id: String,
        /// To whom.
        to: GiftTo,
        /// Whether it was mailed before.
        is_reminder: bool,
    },
    /// A declaration that a contract ends has arrived: what it says, when it came, and what comes of it.
    CancellationReceived {
        /// The declaration.
        request_id: String,
    },
}

impl Mail {
    /// The kind, in a stable word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SignIn { .. } => "sign_in",
            Self::Welcome { .. } => "welcome",
            Self::PaidSignIn { .. } => "paid_sign_in",
            Self::ConfirmAddress { .. } => "confirm_address",
            Self::AddressChanged { .. } => "address_changed",
            Self::Membership { .. } => "membership",
            Self::DuplicateRefunded { .. } => "duplicate_refunded",
            Self::OfflineEnds { .. } => "offline_ends",
            Self::OfflineEnded { .. } => "offline_ended",
            Self::GiftCode { .. } => "gift_code",
            Self::CancellationReceived { .. } => "cancellation_received",
        }
    }

    /// The longest pause between two tries, in milliseconds: whoever waits for a link or a code looks at the mailbox now.
    pub fn pause_max_millis(&self) -> i64 {
        match self {
            Self::SignIn { .. }
            | Self::PaidSignIn { .. }
            | Self::ConfirmAddress { .. }
            | Self::CancellationReceived { .. } => 30 * SECOND_MILLIS,
            Self::Welcome { .. }
            | Self::Membership { .. }
            | Self::AddressChanged { .. }
            | Self::DuplicateRefunded { .. }
            | Self::OfflineEnds { .. }
            | Self::OfflineEnded { .. }
            | Self::GiftCode { .. } => 900 * SECOND_MILLIS,
        }
    }
}

/// To whom a gift's code is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiftTo {
    /// To whom it is given.
    Reader,
    /// To the giver, who hands it over.
    Giver,
}

/// What the first payment came to, in the currency that is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstPaid {
    /// In minor units.
    pub amount_minor: i64,
    /// The tax in it, in minor units.
    pub tax_minor: i64,
}

/// A payment as mail tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The plan's title.
    pub plan: String,
    /// In minor units.
    pub amount_minor: i64,
    /// ISO code.
    pub currency: String,
    /// How often it is billed.
    pub interval: Interval,
    /// When it is next billed, in milliseconds of business time.
    pub next_payment_at_millis: Option<i64>,
    /// What is billed then, in minor units, where it is another sum.
    #[serde(default)]
    pub next_payment_minor: Option<i64>,
}

impl Receipt {
    /// A receipt for nothing, for what is about no payment.
    pub(crate) fn nothing() -> Self {
        let (plan, currency) = (String::new(), String::new());
        let (next_payment_at_millis, next_payment_minor) = (None, None);
        Self { plan, amount_minor: 0, currency, interval: Interval::Once, next_payment_at_millis, next_payment_minor }
    }
}
