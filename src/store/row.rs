//! Reading columns into our types, with the column's name in the error.

use sqlx::{Row as _, any::AnyRow};

use super::{Conn, StoreError};
use crate::domain::{id, money::Currency, time::Moment};

/// A row of an answer.
pub(super) struct Row(AnyRow);

impl From<AnyRow> for Row {
    fn from(row: AnyRow) -> Self {
        Self(row)
    }
}

/// A type that one text column holds.
pub(super) trait FromText: Sized {
    fn from_text(text: &str) -> Option<Self>;
}

impl Row {
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    pub(super) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    pub(super) fn moment(&self, column: &'static str) -> Result<Moment, StoreError> {
        self.int(column).map(Moment::from_millis)
    }

    pub(super) fn opt_moment(&self, column: &'static str) -> Result<Option<Moment>, StoreError> {
        Ok(self.opt_int(column)?.map(Moment::from_millis))
    }

    /// Any type that a text column holds: an id, a currency, a word.
    pub(super) fn get<T: FromText>(&self, column: &'static str) -> Result<T, StoreError> {
        T::from_text(&self.text(column)?).ok_or(StoreError::Corrupt { column })
    }

    /// The same for a column that may be empty.
    pub(super) fn opt<T: FromText>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        let text = self.opt_text(column)?;
        text.map(|text| T::from_text(&text).ok_or(StoreError::Corrupt { column })).transpose()
    }

    /// JSON in a text column.
    pub(super) fn json<T: serde::de::DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| StoreError::Corrupt { column })
    }
}

/// JSON for a text column. Our own types always serialise; should one not, an empty object is read back as corrupt.
pub(super) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "{}".to_owned())
}

macro_rules! from_text {
    ($($type:ty => $read:expr;)*) => {$(
        impl FromText for $type {
            fn from_text(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<$type> = $read;
                read(text)
            }
        }
    )*};
}

macro_rules! ids_from_text {
    ($($type:ident),*) => { from_text! { $(id::$type => |text| id::$type::parse(text).ok();)* } };
}

ids_from_text!(
    PersonId,
    MemberId,
    AttemptId,
    SessionId,
    PlanId,
    PriceId,
    PriceMoveId,
    GateId,
    SiteId,
    SiteSecretId,
    CampaignId,
    CampaignEntryId,
    CheckoutId,
    SubscriptionId,
    EntitlementId,
    PaymentEntryId,
    OutboxId,
    GiftId,
    CancellationId,
    OfflinePaymentId
);

from_text! {
    Currency => |text| Currency::parse(text).ok();
    crate::domain::email::Email => |text| crate::domain::email::Email::parse(text).ok();
    crate::domain::plan::Interval => crate::domain::plan::Interval::parse;
    crate::domain::price_move::TakesHold => crate::domain::price_move::TakesHold::parse;
    crate::domain::plan::Tax => crate::domain::plan::Tax::parse;
    crate::domain::gate::OpensFor => crate::domain::gate::OpensFor::parse;
    crate::domain::attempt::Purpose => crate::domain::attempt::Purpose::parse;
    crate::domain::checkout::Purpose => crate::domain::checkout::Purpose::parse;
    crate::domain::contribution::State => crate::domain::contribution::State::parse;
    crate::domain::checkout::CheckoutState => crate::domain::checkout::CheckoutState::parse;
    crate::domain::entitlement::Source => crate::domain::entitlement::Source::parse;
    crate::domain::counting::Who => crate::domain::counting::Who::parse;
    crate::domain::counting::Basis => crate::domain::counting::Basis::parse;
    crate::domain::counting::Leavers => crate::domain::counting::Leavers::parse;
    crate::domain::subscription::Status => |text| Some(crate::domain::subscription::Status::parse(text));
    crate::domain::payment::MovementKind => crate::domain::payment::MovementKind::parse;
    crate::domain::cancellation::Kind => crate::domain::cancellation::Kind::parse;
    crate::domain::cancellation::State => crate::domain::cancellation::State::parse;
    crate::domain::notice::Outcome => crate::domain::notice::Outcome::parse;
    url::Url => |text| url::Url::parse(text).ok();
}

/// What a statement that ends in `IN` selects for these words, however many they are; nothing for none.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn list_among(
    conn: &mut Conn,
    select: &'static str,
    words: &[&str],
) -> Result<Vec<String>, StoreError> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=words.len()).map(|place| format!("${place}")).collect();
    let text = format!("{select} ({})", places.join(", "));
    let query = words.iter().fold(sqlx::query_scalar(sqlx::AssertSqlSafe(text)), |query, word| query.bind(*word));
    Ok(query.fetch_all(conn).await?)
}
