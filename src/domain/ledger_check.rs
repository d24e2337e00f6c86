//! The payment ledger against the payment service's own books.

use std::collections::{BTreeMap, BTreeSet};

use super::{money::Money, payment::Movement, statement::Entry, time::Moment};

/// A balance transaction as the payment service lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Its id.
    pub balance_transaction_id: String,
    /// What it is, in the service's own word: `charge`, `refund`, `payout`.
    pub kind: String,
    /// The object behind it.
    pub source_ref: Option<String>,
    /// What moved; negative when it went out.
    pub gross: Money,
    /// What the service kept, in minor units.
    pub fee_minor: i64,
    /// What is left, in minor units.
    pub net_minor: i64,
    /// When it moved.
    pub created_at: Moment,
}

/// What the ledger's row of a balance transaction says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub balance_transaction_id: String,
    /// What, by its column, as `ours, theirs`.
    pub columns: Vec<(&'static str, String, String)>,
}

/// Two books of the same stretch of time compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many rows say the same.
    pub alike: usize,
    /// Rows that say something else.
    pub different: Vec<Difference>,
    /// Rows of ours that the payment service has no balance transaction for.
    pub extra: Vec<String>,
    /// Balance transactions without a row of ours: missing, or nothing of ours.
    pub unposted: Vec<Booked>,
}

/// Compares our rows with the payment service's balance transactions.
pub fn compare(ours: &[Entry], theirs: Vec<Booked>) -> Comparison {
    let by_id: BTreeMap<&str, &Entry> = ours.iter().map(|entry| (&*entry.balance_transaction_id, entry)).collect();
    let mut comparison = Comparison::default();
    let mut seen = BTreeSet::new();
    for booked in theirs {
        let Some(entry) = by_id.get(&*booked.balance_transaction_id) else {
            comparison.unposted.push(booked);
            continue;
        };
        seen.insert(entry.balance_transaction_id.as_str());
        let columns = columns(entry, &booked);
        if columns.is_empty() {
            comparison.alike += 1;
        } else {
            let balance_transaction_id = booked.balance_transaction_id;
            comparison.different.push(Difference { balance_transaction_id, columns });
        }
    }
    comparison.extra = by_id.keys().filter(|id| !seen.contains(**id)).map(|id| (*id).to_owned()).collect();
    comparison
}

/// What a balance transaction about a charge is posted as: its own movement, or another one of the same charge that at least says
/// whose it is; none when the charge has none.
pub fn about<'a>(movements: &'a [Movement], balance_transaction_id: &str, charge: &str) -> Option<&'a Movement> {
    let own = movements.iter().find(|movement| movement.balance_transaction_id == balance_transaction_id);
    own.or_else(|| movements.iter().find(|movement| movement.charge_ref.as_deref() == Some(charge)))
}

fn columns(ours: &Entry, theirs: &Booked) -> Vec<(&'static str, String, String)> {
    let pairs = [
        ("currency", ours.gross.currency.to_string(), theirs.gross.currency.to_string()),
        ("gross", ours.gross.amount_minor.to_string(), theirs.gross.amount_minor.to_string()),
        ("fee", ours.fee_minor.to_string(), theirs.fee_minor.to_string()),
        ("net", ours.net_minor.to_string(), theirs.net_minor.to_string()),
        ("occurred_at", ours.occurred_at.to_string(), theirs.created_at.to_string()),
    ];
    pairs.into_iter().filter(|(_, ours, theirs)| ours != theirs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{money::Currency, payment::MovementKind};

    fn euros(amount_minor: i64) -> Money {
        Money { amount_minor, currency: Currency::parse("EUR").unwrap() }
    }

    fn booked(id: &str, amount_minor: i64) -> Booked {
        Booked {
            balance_transaction_id: id.to_owned(),
            kind: "charge".to_owned(),
            source_ref: None,
            gross: euros(amount_minor),
            fee_minor: 30,
            net_minor: amount_minor - 30,
            created_at: Moment::from_seconds(5),
        }
    }

    fn entry(id: &str, amount_minor: i64) -> Entry {
        Entry {
            balance_transaction_id: id.to_owned(),
            kind: MovementKind::Payment,
            purpose: None,
            months: None,
            member_number: None,
            member_id: None,
            plan_slug: None,
            price_id: None,
            source_ref: None,
            charge_ref: None,
            invoice_ref: None,
            gross: euros(amount_minor),
            tax_minor: 0,
            tax_rate: None,
            fee_minor: 30,
            net_minor: amount_minor - 30,
            occurred_at: Moment::from_seconds(5),
        }
    }

    #[test]
    fn a_balance_transaction_of_an_unknown_sort_still_belongs_to_its_charge() {
        let movement = |id: &str, charge: &str| Movement {
            balance_transaction_id: id.to_owned(),
            kind: MovementKind::Payment,
            subscription_ref: None,
            invoice_ref: None,
            charge_ref: Some(charge.to_owned()),
            source_ref: None,
            checkout_ref: None,
            gross: euros(700),
            tax_minor: 0,
            tax_rate: None,
            fee_minor: 30,
            net_minor: 670,
            occurred_at: Moment::from_seconds(5),
        };
        let movements = [movement("txn_1", "ch_1"), movement("txn_2", "ch_2"), movement("txn_3", "ch_2")];
        let found = |id, charge| about(&movements, id, charge).map(|movement| &*movement.balance_transaction_id);
        assert_eq!(
            [found("txn_3", "ch_2"), found("txn_9", "ch_2"), found("txn_9", "ch_9")],
            [Some("txn_3"), Some("txn_2"), None]
        );
    }

    #[test]
    fn what_is_alike_different_extra_and_unposted_is_told_apart() {
        let ours = [entry("txn_1", 700), entry("txn_2", 700), entry("txn_3", 700)];
        let theirs = vec![booked("txn_1", 700), booked("txn_2", 900), booked("txn_4", 100)];
        let found = compare(&ours, theirs);
        assert_eq!(
            (found.alike, found.extra, found.unposted),
            (1, vec!["txn_3".to_owned()], vec![booked("txn_4", 100)])
        );
        let [Difference { balance_transaction_id, columns }] = found.different.as_slice() else { panic!() };
        let names: Vec<_> = columns.iter().map(|(name, ours, theirs)| (*name, &**ours, &**theirs)).collect();
        assert_eq!((&**balance_transaction_id, names), ("txn_2", vec![("gross", "700", "900"), ("net", "670", "870")]));
    }
}
