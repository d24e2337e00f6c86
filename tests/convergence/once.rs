//! What payments made once must come to, by the sandbox's charges alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use crate::{
    objects::{Objects, text},
    oracle::{Right, number},
};

/// What the newsroom of these rounds opens for one payment, in months.
const MONTHS: i32 = 3;
/// What it is called there.
pub const PLAN: &str = "Supporter";
/// What that payment costs: no other payment here is as much.
const AMOUNT: i64 = 2_700;

/// A payment of some months.
struct Paid {
    made_at: i64,
    reference: String,
    /// None when it is gone or with the bank.
    is_settled: Option<bool>,
}

/// The rights that one reader's payments give, by our reference; none for one that gives nothing. `taken_until` says until when a
/// gift takes the time of what was paid at a second.
pub fn rights(
    objects: &Objects,
    references: &BTreeSet<&String>,
    taken_until: impl Fn(i64) -> Option<i64>,
) -> BTreeMap<String, Option<Right>> {
    let mut all: Vec<Paid> = references.iter().filter_map(|reference| paid(objects, reference)).collect();
    all.sort_by(|a, b| (a.made_at, &a.reference).cmp(&(b.made_at, &b.reference)));
    let mut free_from = i64::MIN;
    let mut rights = BTreeMap::new();
    for payment in all {
        let right = payment.is_settled.map(|settled| {
            let from = payment.made_at.max(free_from).max(taken_until(payment.made_at).unwrap_or(i64::MIN));
            free_from = months_after(from, MONTHS);
            Right { from, until: free_from, settled, product: PLAN.to_owned() }
        });
        rights.insert(payment.reference, right);
    }
    rights
}

/// The payment that a checkout came to; none when nothing was ever on its way, or when it opens nothing.
fn paid(objects: &Objects, reference: &str) -> Option<Paid> {
    let charge = deciding(objects, reference).filter(|charge| charge["amount"] == AMOUNT)?;
    let is_settled = is_settled(objects, reference);
    Some(Paid { made_at: number(&charge["created"]), reference: reference.to_owned(), is_settled })
}

/// Whether the money of a checkout that is paid once has come; none when it is gone or with the bank, or was never on its way.
pub fn is_settled(objects: &Objects, reference: &str) -> Option<bool> {
    let charge = deciding(objects, reference)?;
    let is_gone = charge["status"] == "failed" || money_is_gone(objects, charge);
    (!is_gone).then(|| charge["status"] == "succeeded")
}

/// Of the charges of a checkout the one that says how it stands.
fn deciding<'a>(objects: &'a Objects, reference: &str) -> Option<&'a Value> {
    let of_this = |charge: &&Value| charge["metadata"]["masthead_checkout"] == *reference;
    let charges: Vec<&Value> = objects.charges.iter().filter(of_this).collect();
    let with = |status: &str| charges.iter().copied().find(|charge| charge["status"] == status);
    with("succeeded").or_else(|| with("pending")).or_else(|| charges.first().copied())
}

fn money_is_gone(objects: &Objects, charge: &Value) -> bool {
    let disputes = || objects.disputes.iter().filter(|dispute| dispute["charge"] == charge["id"]);
    let is_open =
        disputes().any(|dispute| ["needs_response", "under_review"].contains(&text(&dispute["status"]).as_str()));
    let lost: i64 = disputes().filter(|dispute| dispute["status"] == "lost").map(|one| number(&one["amount"])).sum();
    is_open || number(&charge["amount_refunded"]) + lost >= number(&charge["amount"])
}

/// So many months after a second, in UTC.
pub fn months_after(second: i64, months: i32) -> i64 {
    let at = Timestamp::from_second(second).unwrap().in_tz("UTC").unwrap();
    at.checked_add(months.months()).unwrap().timestamp().as_second()
}
