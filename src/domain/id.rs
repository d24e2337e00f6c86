//! Typed ids: a prefix that says what it names, and a UUIDv7 behind it, so that ids sort by time of making.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::{entropy::Entropy, time::Moment};

/// Why a text is not an id of the wanted kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct IdError {
    /// The prefix that the wanted kind has.
    pub prefix: &'static str,
}

fn mint(prefix: &str, now: Moment, entropy: &dyn Entropy) -> String {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let random = super::entropy::bytes::<10>(entropy);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    format!("{prefix}_{}", uuid.simple())
}

fn parse(prefix: &'static str, text: &str) -> Result<String, IdError> {
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let is_hex = |rest: &str| rest.len() == 32 && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match digits {
        Some(rest) if is_hex(rest) => Ok(text.to_owned()),
        _ => Err(IdError { prefix }),
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// A new id, made of the wall clock's time and randomness.
            pub fn mint(now: Moment, entropy: &dyn Entropy) -> Self {
                Self(mint($prefix, now, entropy))
            }

            /// Reads an id.
            ///
            /// # Errors
            /// [`IdError`] when the prefix or the form is another.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse($prefix, text).map(Self)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": concat!("^", $prefix, "_[0-9a-f]{32}$") })
            }

            fn inline_schema() -> bool {
                true
            }
        }
    )*};
}

ids! {
    /// A person's row of personal data.
    PersonId = "per";
    /// A member.
    MemberId = "mem";
    /// A request to sign in.
    AttemptId = "att";
    /// A browser's sign-in.
    SessionId = "ses";
    /// A plan.
    PlanId = "pln";
    /// A price of a plan; not a gateway's price.
    PriceId = "prc";
    /// A move of everybody who is billed by one price to another.
    PriceMoveId = "mov";
    /// A gate.
    GateId = "gate";
    /// A website that may use the API.
    SiteId = "site";
    /// A website's secret.
    SiteSecretId = "sec";
    /// A campaign.
    CampaignId = "cmp";
    /// A row of a campaign's ledger.
    CampaignEntryId = "cle";
    /// A checkout: one try to pay.
    CheckoutId = "chk";
    /// A subscription here; not the gateway's.
    SubscriptionId = "mbs";
    /// A right of one member to one plan.
    EntitlementId = "ent";
    /// A row of the payment ledger.
    PaymentEntryId = "pay";
    /// A message that goes out.
    OutboxId = "msg";
    /// A gift.
    GiftId = "gft";
    /// A declaration that a contract ends.
    CancellationId = "can";
    /// A payment that staff noted.
    OfflinePaymentId = "opy";
    /// An audit row.
    AuditId = "aud";
    /// One request to the service, in logs and on error pages.
    RequestId = "req";
    /// A token's own id.
    TokenId = "tok";
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn an_id_reads_back_and_sorts_by_time() {
        let early = MemberId::mint(Moment::from_millis(1_000), &Sevens);
        let late = MemberId::mint(Moment::from_millis(2_000), &Sevens);
        assert!(early < late);
        assert_eq!(MemberId::parse(early.as_str()), Ok(early));
    }

    #[test]
    fn an_id_of_another_kind_or_form_is_refused() {
        let member = MemberId::mint(Moment::from_millis(1), &Sevens);
        assert_eq!(PlanId::parse(member.as_str()), Err(IdError { prefix: "pln" }));
        for text in
            ["", "mem_", "mem_12", "mem_0000000000000000000000000000000G", "memx_00000000000000000000000000000000"]
        {
            assert!(MemberId::parse(text).is_err(), "{text}");
        }
    }
}
