//! What must be stored, by the sandbox's objects alone. Written from the rules in words, with no code of the service: time is
//! cut at every edge that any line has, and each piece is asked who paid for it last.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::objects::{Objects, text};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A right, in unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    pub from: i64,
    pub until: i64,
    pub settled: bool,
    /// The product that is billed.
    pub product: String,
}

/// What a subscription came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub status: String,
    /// Our reference in its metadata.
    pub reference: String,
    /// None when it gives nothing.
    pub right: Option<Right>,
    /// Whether money that was paid for it is here, and no bank asks for it.
    pub has_money: bool,
    /// Whether a bank once sent a refund of it back.
    pub has_failed_refund: bool,
    /// What it bills each time, in minor units.
    pub rate_minor: i64,
    /// What it bills next; none where nothing is known of that.
    pub next_payment: Option<i64>,
}

/// A row of the ledger: gross, fee, net.
pub type Row = (i64, i64, i64);

/// What every subscription came to, by its id.
pub fn verdicts(objects: &Objects) -> BTreeMap<String, Verdict> {
    objects
        .subscriptions
        .iter()
        .map(|subscription| (text(&subscription["id"]), verdict(objects, subscription)))
        .collect()
}

/// The rows that the ledger must have, by balance transaction.
pub fn ledger(objects: &Objects) -> BTreeMap<String, Row> {
    let row = |one: &Value| (number(&one["amount"]), number(&one["fee"]), number(&one["net"]));
    objects.transactions.iter().map(|one| (text(&one["id"]), row(one))).collect()
}

fn verdict(objects: &Objects, subscription: &Value) -> Verdict {
    let item = &subscription["items"]["data"][0];
    Verdict {
        status: text(&subscription["status"]),
        reference: text(&subscription["metadata"]["masthead_checkout"]),
        right: right(objects, subscription),
        has_money: bills(objects, subscription).iter().any(|bill| bill.good && bill.money() > 0),
        has_failed_refund: bills(objects, subscription).iter().any(|bill| bill.has_failed_refund),
        rate_minor: item["price"]["unit_amount"].as_i64().unwrap_or(0) * item["quantity"].as_i64().unwrap_or(1),
        next_payment: objects.next_payments.get(&text(&subscription["id"])).copied(),
    }
}

/// An invoice of the subscription with what came of its money.
struct Bill<'a> {
    object: &'a Value,
    /// Paid, and the money is here and not asked for.
    good: bool,
    /// Paid with money, all of which is gone again.
    lost: bool,
    processing: bool,
    has_failed_refund: bool,
}

impl Bill<'_> {
    fn lines(&self) -> impl Iterator<Item = (i64, i64, i64)> {
        let lines = self.object["lines"]["data"].as_array().unwrap().iter();
        lines.map(|line| (number(&line["period"]["start"]), number(&line["period"]["end"]), number(&line["amount"])))
    }

    fn finalized_at(&self) -> Option<i64> {
        self.object["status_transitions"]["finalized_at"].as_i64()
    }

    fn paid_at(&self) -> Option<i64> {
        self.object["status_transitions"]["paid_at"].as_i64()
    }

    fn money(&self) -> i64 {
        number(&self.object["amount_paid"])
    }

    fn is(&self, status: &str) -> bool {
        self.object["status"] == status
    }

    fn ends(&self) -> Option<i64> {
        self.lines().filter(|(_, _, amount)| *amount >= 0).map(|(_, until, _)| until).max()
    }
}

fn bill<'a>(objects: &'a Objects, invoice: &'a Value) -> Bill<'a> {
    let payments = invoice["payments"]["data"].as_array().unwrap();
    let intents: BTreeSet<String> =
        payments.iter().map(|payment| text(&payment["payment"]["payment_intent"])).collect();
    let mut back = 0;
    let mut asked_for = false;
    for charge in &objects.charges {
        if charge["paid"] != true || !intents.contains(&text(&charge["payment_intent"])) {
            continue;
        }
        back += number(&charge["amount_refunded"]);
        for dispute in objects.disputes.iter().filter(|dispute| dispute["charge"] == charge["id"]) {
            match dispute["status"].as_str().unwrap() {
                "lost" => back += number(&dispute["amount"]),
                "needs_response" | "under_review" => asked_for = true,
                _ => {}
            }
        }
    }
    let paid = number(&invoice["amount_paid"]);
    let lost = invoice["status"] == "paid" && paid > 0 && back >= paid;
    let state = |intent: &String| objects.intents.get(intent).map(|intent| text(&intent["status"])).unwrap_or_default();
    let processing = invoice["status"] == "open" && intents.iter().any(|intent| state(intent) == "processing");
    let failed = |refund: &&Value| refund["status"] == "failed" && intents.contains(&text(&refund["payment_intent"]));
    let has_failed_refund = objects.refunds.iter().any(|refund| failed(&refund));
    let good = invoice["status"] == "paid" && !lost && !asked_for;
    Bill { object: invoice, good, lost, processing, has_failed_refund }
}

fn bills<'a>(objects: &'a Objects, subscription: &Value) -> Vec<Bill<'a>> {
    let id = &subscription["id"];
    let of_this = |invoice: &&Value| invoice["parent"]["subscription_details"]["subscription"] == *id;
    let mut bills: Vec<Bill> = objects.invoices.iter().filter(of_this).map(|invoice| bill(objects, invoice)).collect();
    bills.sort_by_key(|bill| (number(&bill.object["created"]), text(&bill.object["id"])));
    bills
}

fn right(objects: &Objects, subscription: &Value) -> Option<Right> {
    let bills = bills(objects, subscription);
    let product = objects.product_names[&text(&subscription["items"]["data"][0]["price"]["id"])].clone();
    let pieces = paid_pieces(&bills);
    let (Some((from, _)), Some((_, paid_until))) = (pieces.first().copied(), pieces.last().copied()) else {
        return settling(subscription, &bills, product);
    };
    let settled = bills.iter().any(|bill| bill.good && bill.money() > 0);
    let until = last_moment(subscription, &bills, paid_until, settled);
    Some(Right { from, until, settled, product })
}

/// The pieces of time that are paid for, between all edges of all lines; who touches a piece last decides.
fn paid_pieces(bills: &[Bill]) -> Vec<(i64, i64)> {
    let good = || bills.iter().filter(|bill| bill.good);
    let edges: BTreeSet<i64> = good().flat_map(Bill::lines).flat_map(|(from, until, _)| [from, until]).collect();
    let edges: Vec<i64> = edges.into_iter().collect();
    let is_paid = |at: i64| {
        let mut paid = false;
        for bill in good() {
            let touching = || bill.lines().filter(move |(from, until, _)| (*from..*until).contains(&at));
            if touching().any(|(_, _, amount)| amount < 0) {
                paid = false;
            }
            if touching().any(|(_, _, amount)| amount >= 0) {
                paid = true;
            }
        }
        paid
    };
    edges.windows(2).map(|pair| (pair[0], pair[1])).filter(|(from, _)| is_paid(*from)).collect()
}

fn settling(subscription: &Value, bills: &[Bill], product: String) -> Option<Right> {
    let alive = ["active", "trialing", "incomplete"].contains(&subscription["status"].as_str().unwrap());
    if !alive || bills.iter().any(|bill| bill.is("paid")) {
        return None;
    }
    let coming = bills.iter().filter(|bill| bill.processing).flat_map(Bill::lines).filter(|(_, _, amount)| *amount > 0);
    let lines: Vec<_> = coming.collect();
    let from = lines.iter().map(|line| line.0).min()?;
    let until = lines.iter().map(|line| line.1).max()?;
    Some(Right { from, until, settled: false, product })
}

/// Three days of slack for who renews, fourteen of grace for whose renewal failed, nothing for who stands still or was given the
/// newest money back; whatever is arranged to end, or has ended, ends then.
fn last_moment(subscription: &Value, bills: &[Bill], paid_until: i64, settled: bool) -> i64 {
    let status = subscription["status"].as_str().unwrap();
    let paused = !subscription["pause_collection"].is_null();
    if paused || newest_money_is_gone(bills) || ["incomplete", "incomplete_expired", "paused"].contains(&status) {
        return paid_until;
    }
    let slack = paid_until + 72 * HOUR;
    let last_paid = bills.iter().filter(|bill| bill.good).filter_map(Bill::paid_at).max().unwrap_or(i64::MIN);
    let failed = bills.iter().filter(|bill| {
        let unpaid = bill.is("open") || bill.is("void") || bill.is("uncollectible");
        let tried = number(&bill.object["attempt_count"]) > 0;
        unpaid && tried && bill.finalized_at().is_some_and(|at| at > last_paid)
    });
    let failed_at = failed.filter_map(Bill::finalized_at).min();
    let processing = bills.iter().filter(|bill| bill.processing).filter_map(Bill::finalized_at).max();
    let would_hold = match (status, failed_at, processing) {
        ("past_due" | "unpaid" | "canceled", Some(at), _) if settled => at + 14 * DAY,
        (_, _, Some(at)) => slack.max(at + 14 * DAY),
        _ => slack,
    };
    let ended = subscription["ended_at"].as_i64();
    let at_period_end = || {
        let end = subscription["items"]["data"][0]["current_period_end"].as_i64();
        end.filter(|_| subscription["cancel_at_period_end"] == true)
    };
    let bound = ended.or(subscription["cancel_at"].as_i64()).or_else(at_period_end).unwrap_or(i64::MAX);
    would_hold.min(bound).max(paid_until)
}

fn newest_money_is_gone(bills: &[Bill]) -> bool {
    let bought = || bills.iter().filter(|bill| bill.is("paid") && bill.money() > 0);
    let newest = bought().filter_map(Bill::ends).max();
    newest.is_some() && bought().filter(|bill| bill.ends() == newest).all(|bill| bill.lost)
}

pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("a number, not {value}"))
}
