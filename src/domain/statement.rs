//! Statements: what moved in a stretch of time, added up. Whole minor units alone; each sum is of one currency.

use std::collections::BTreeMap;

use super::{
    checkout::Purpose,
    id::{MemberId, OfflinePaymentId, PriceId},
    money::{Currency, Money},
    payment::MovementKind,
    time::{Moment, Window},
};

/// A row of the payment ledger, as a statement tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The gateway's balance transaction.
    pub balance_transaction_id: String,
    /// What it is.
    pub kind: MovementKind,
    /// What is bought with it, or was.
    pub purpose: Option<Purpose>,
    /// How many months of access were paid with it; none where none were, or it is not a payment.
    pub months: Option<i64>,
    /// Whose it is, as far as that is known.
    pub member_id: Option<MemberId>,
    /// The number of that member.
    pub member_number: Option<i64>,
    /// The plan, as it was called when the row was posted.
    pub plan_slug: Option<String>,
    /// The price at that time.
    pub price_id: Option<PriceId>,
    /// The gateway's object behind it.
    pub source_ref: Option<String>,
    /// The gateway's charge.
    pub charge_ref: Option<String>,
    /// The gateway's invoice.
    pub invoice_ref: Option<String>,
    /// What moved; negative when it went out.
    pub gross: Money,
    /// Of it, tax, in minor units.
    pub tax_minor: i64,
    /// The percentage of that tax: `20`, or `5 + 9.975`; none without tax.
    pub tax_rate: Option<String>,
    /// What the gateway kept, in minor units.
    pub fee_minor: i64,
    /// What is left, in minor units.
    pub net_minor: i64,
    /// When it moved, in the gateway's time.
    pub occurred_at: Moment,
}

impl Entry {
    /// The percentage of its tax; `?` for tax whose percentage nobody kept.
    pub fn rate(&self) -> Option<&str> {
        self.tax_rate.as_deref().or((self.tax_minor != 0).then_some("?"))
    }
}

/// Money that came by bank transfer or in cash, as staff noted it. The gateway knows nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfflineEntry {
    /// Our id of it.
    pub id: OfflinePaymentId,
    /// Whose it is.
    pub member_id: MemberId,
    /// The number of that member.
    pub member_number: i64,
    /// The plan that it pays.
    pub plan_slug: Option<String>,
    /// How much.
    pub money: Money,
    /// The bank's or the receipt's own words.
    pub reference: Option<String>,
    /// When it was noted, in business time.
    pub noted_at: Moment,
}

/// Money that came another way, added up, in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfflineSum {
    /// How many rows.
    pub rows: u64,
    /// What came.
    pub gross_minor: i128,
}

/// Rows of one currency, added up, in minor units. Wide enough for any number of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many rows.
    pub rows: u64,
    /// What moved.
    pub gross_minor: i128,
    /// Of it, tax.
    pub tax_minor: i128,
    /// What the gateway kept.
    pub fee_minor: i128,
    /// What is left.
    pub net_minor: i128,
}

impl Sum {
    /// Adds a row.
    fn add(&mut self, entry: &Entry) {
        self.rows += 1;
        self.gross_minor += i128::from(entry.gross.amount_minor);
        self.tax_minor += i128::from(entry.tax_minor);
        self.fee_minor += i128::from(entry.fee_minor);
        self.net_minor += i128::from(entry.net_minor);
    }
}

/// What one currency did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrencyPart {
    /// All net amounts before the first moment, in minor units.
    pub opening_minor: i128,
    /// What moved, by its kind's word.
    pub kinds: BTreeMap<&'static str, Sum>,
    /// All of it.
    pub all: Sum,
}

impl CurrencyPart {
    /// All net amounts before the last moment, in minor units.
    pub fn closing_minor(&self) -> i128 {
        self.opening_minor + self.all.net_minor
    }
}

/// What moved in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The stretch, half-open.
    pub window: Window,
    /// By currency.
    pub currencies: BTreeMap<Currency, CurrencyPart>,
    /// By plan and currency; rows without a plan are under none.
    pub plans: BTreeMap<(Option<String>, Currency), Sum>,
    /// By plan, currency and percentage of tax; rows without tax are under none.
    pub rates: BTreeMap<(Option<String>, Currency, Option<String>), Sum>,
    /// Every row, the oldest first.
    pub entries: Vec<Entry>,
    /// What came another way, the oldest first: in none of the sums above, which are the gateway's.
    pub offline: Vec<OfflineEntry>,
}

impl Statement {
    /// Adds up a stretch's rows over what each currency stood at before it, in minor units.
    pub fn of(window: Window, opening: &[Money], entries: Vec<Entry>, offline: Vec<OfflineEntry>) -> Self {
        let mut currencies: BTreeMap<Currency, CurrencyPart> = BTreeMap::new();
        let mut plans: BTreeMap<(Option<String>, Currency), Sum> = BTreeMap::new();
        let mut rates: BTreeMap<(Option<String>, Currency, Option<String>), Sum> = BTreeMap::new();
        for money in opening {
            currencies.entry(money.currency).or_default().opening_minor += i128::from(money.amount_minor);
        }
        for entry in &entries {
            let part = currencies.entry(entry.gross.currency).or_default();
            part.all.add(entry);
            part.kinds.entry(entry.kind.as_str()).or_default().add(entry);
            plans.entry((entry.plan_slug.clone(), entry.gross.currency)).or_default().add(entry);
            let key = (entry.plan_slug.clone(), entry.gross.currency, entry.rate().map(str::to_owned));
            rates.entry(key).or_default().add(entry);
        }
        Self { window, currencies, plans, rates, entries, offline }
    }
}

impl Statement {
    /// Each member's part of it. What is nobody's is in none of them.
    pub fn by_member(&self) -> BTreeMap<MemberId, Statement> {
        let mut rows: BTreeMap<&MemberId, (Vec<Entry>, Vec<OfflineEntry>)> = BTreeMap::new();
        for entry in &self.entries {
            if let Some(member_id) = &entry.member_id {
                rows.entry(member_id).or_default().0.push(entry.clone());
            }
        }
        for entry in &self.offline {
            rows.entry(&entry.member_id).or_default().1.push(entry.clone());
        }
        let part = |(member_id, (entries, offline)): (&MemberId, _)| {
            (member_id.clone(), Self::of(self.window, &[], entries, offline))
        };
        rows.into_iter().map(part).collect()
    }

    /// What came another way, by plan and currency.
    pub fn offline_plans(&self) -> BTreeMap<(Option<String>, Currency), OfflineSum> {
        let mut sums: BTreeMap<_, OfflineSum> = BTreeMap::new();
        for entry in &self.offline {
            sums.entry((entry.plan_slug.clone(), entry.money.currency)).or_default().add(entry);
        }
        sums
    }

    /// What came another way, by currency.
    pub fn offline_totals(&self) -> BTreeMap<Currency, OfflineSum> {
        let mut sums: BTreeMap<_, OfflineSum> = BTreeMap::new();
        for entry in &self.offline {
            sums.entry(entry.money.currency).or_default().add(entry);
        }
        sums
    }
}

impl OfflineSum {
    fn add(&mut self, entry: &OfflineEntry) {
        self.rows += 1;
        self.gross_minor += i128::from(entry.money.amount_minor);
    }
}

/// Why a text is not a stretch of time.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PeriodError {
    /// Not a month.
    #[error("not a month, such as 2026-11")]
    Month,
    /// Not a year.
    #[error("not a year, such as 2026")]
    Year,
}

/// A month on the clocks of a time zone (UTC when the zone is unknown): `2026-11`.
///
/// # Errors
/// [`PeriodError::Month`].
pub fn month(text: &str, time_zone: &str) -> Result<Window, PeriodError> {
    let first = (text.len() == 7).then(|| format!("{text}-01").parse().ok()).flatten();
    let first: jiff::civil::Date = first.ok_or(PeriodError::Month)?;
    window(first, jiff::Span::new().months(1), time_zone).ok_or(PeriodError::Month)
}

/// A year on the clocks of a time zone (UTC when the zone is unknown): `2026`.
///
/// # Errors
/// [`PeriodError::Year`].
pub fn year(text: &str, time_zone: &str) -> Result<Window, PeriodError> {
    let first = (text.len() == 4).then(|| format!("{text}-01-01").parse().ok()).flatten();
    let first: jiff::civil::Date = first.ok_or(PeriodError::Year)?;
    window(first, jiff::Span::new().years(1), time_zone).ok_or(PeriodError::Year)
}

fn window(first: jiff::civil::Date, length: jiff::Span, time_zone: &str) -> Option<Window> {
    let zone = jiff::tz::TimeZone::get(time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let midnight = |day: jiff::civil::Date| {
        let start = day.to_zoned_datetime(zone.clone()).ok()?;
        Some(Moment::from_millis(start.timestamp().as_millisecond()))
    };
    Some(Window { from: midnight(first)?, until: Some(midnight(first.checked_add(length).ok()?)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_newsrooms_and_half_open() {
        let november = month("2026-11", "Europe/Kyiv").unwrap();
        assert_eq!(november.from, Moment::parse("2026-10-31T22:00:00Z").unwrap());
        assert_eq!(november.until, Some(Moment::parse("2026-11-30T22:00:00Z").unwrap()));
        // The clocks change within it.
        let october = month("2026-10", "Europe/Kyiv").unwrap();
        assert_eq!(october.from, Moment::parse("2026-09-30T21:00:00Z").unwrap());
        assert_eq!(october.until, Some(november.from));
        let of_year = year("2026", "Europe/Kyiv").unwrap();
        assert_eq!(of_year.from, Moment::parse("2025-12-31T22:00:00Z").unwrap());
        assert_eq!(of_year.until, Some(month("2026-12", "Europe/Kyiv").unwrap().until.unwrap()));
    }

    #[test]
    fn what_is_no_month_or_year_is_refused() {
        for text in ["", "2026", "2026-13", "2026-1", "26-11", "2026-11-01", "=2026-1"] {
            assert_eq!(month(text, "UTC"), Err(PeriodError::Month), "{text}");
        }
        for text in ["", "26", "2026-11", "abcd"] {
            assert_eq!(year(text, "UTC"), Err(PeriodError::Year), "{text}");
        }
    }
}
