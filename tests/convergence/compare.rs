//! What is stored here, beside what the oracle says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sqlx::Row as _;

use crate::{
    arena::Arena,
    gifts::Gift,
    objects::Objects,
    once,
    oracle::{self, Right, Row, Verdict},
    play::Played,
};

/// Every divergence, in words; none when what is stored is what Stripe's objects say.
pub async fn divergences(arena: &Arena, played: &Played) -> Vec<String> {
    let objects = arena.reader().read().await;
    let now = arena.now();
    let stored = Stored::read(arena).await;
    let mut found = Vec::new();
    compare_ledger(&objects, &stored, &mut found);
    let verdicts = oracle::verdicts(&objects);
    let mut counted = 0;
    let mut seen = BTreeSet::new();
    let gifts: Vec<&Gift> = played.readers.iter().flat_map(|reader| &reader.gifts).collect();
    for (email, references) in played.people() {
        let own: BTreeMap<&String, &Verdict> =
            verdicts.iter().filter(|(_, verdict)| references.contains(&verdict.reference)).collect();
        let mut say = |what: String| found.push(format!("{email}: {what}"));
        let mut members: BTreeSet<&String> =
            own.keys().filter_map(|id| stored.subscriptions.get(*id)).map(|one| &one.member_id).collect();
        let live = own.values().filter(|verdict| is_live(&verdict.status)).count();
        if live > 1 {
            say(format!("has {live} live subscriptions"));
        }
        let mut pays = false;
        for (id, verdict) in &own {
            pays |= compare_right(id, verdict, &stored, now, &mut say);
        }
        let taken_until = |second: i64| gifts.iter().filter_map(|gift| gift.takes_until(&objects, email, second)).max();
        let mut once = once::rights(&objects, &references, taken_until);
        let redeemed = gifts.iter().filter(|gift| gift.opened.as_ref().is_some_and(|opened| opened.by == email));
        once.extend(redeemed.map(|gift| (gift.reference.clone(), gift.right(&objects))));
        for (reference, wanted) in once {
            let ours = stored.once.get(&reference);
            compare_once(&reference, wanted.as_ref(), ours.map(|(_, right)| right), now, &mut say);
            members.extend(ours.map(|(member_id, _)| member_id));
            pays |= wanted.is_some_and(|right| holds(&right, now));
        }
        if members.len() > 1 || members.iter().any(|member| !seen.insert((*member).clone())) {
            say(format!("is the members {members:?}"));
        }
        let is_counted = members.iter().any(|member| stored.counted.contains(*member));
        if is_counted != pays {
            say(format!("is counted: {is_counted}, pays: {pays}"));
        }
        counted += i64::from(pays);
    }
    for gift in gifts.iter().filter(|gift| gift.opened.is_none() && stored.once.contains_key(&gift.reference)) {
        found.push(format!("{} is a gift that nobody redeemed, and opens something", gift.reference));
    }
    if stored.tally != 24_600 + counted || stored.flips != stored.tally {
        found.push(format!("the tally is {} and its ledger {}, {counted} pay", stored.tally, stored.flips));
    }
    found
}

fn is_live(status: &str) -> bool {
    ["active", "trialing", "past_due", "unpaid", "paused"].contains(&status)
}

fn compare_ledger(objects: &Objects, stored: &Stored, found: &mut Vec<String>) {
    let wanted = oracle::ledger(objects);
    for (id, row) in &wanted {
        if stored.ledger.get(id) != Some(row) {
            found.push(format!("{id}: Stripe has {row:?}, the ledger {:?}", stored.ledger.get(id)));
        }
    }
    found.extend(stored.ledger.keys().filter(|id| !wanted.contains_key(*id)).map(|id| format!("{id}: not at Stripe")));
}

/// Compares one subscription. Says whether its holder is to be counted for it now.
fn compare_right(id: &str, verdict: &Verdict, stored: &Stored, now: i64, say: &mut impl FnMut(String)) -> bool {
    let own = stored.subscriptions.get(id);
    if let Some(own) = own {
        if own.status != verdict.status {
            say(format!("{id} is {} at Stripe, {} here", verdict.status, own.status));
        }
        if own.is_duplicate {
            if is_live(&verdict.status) {
                say(format!("{id} is a duplicate and lives on"));
            }
            // A refund that the bank sent back is staff's to settle; the gateway would answer it as it did before.
            if verdict.has_money && !verdict.has_failed_refund {
                say(format!("{id} is a duplicate and its money is here"));
            }
            if own.right.as_ref().is_some_and(|right| right.until > now) {
                say(format!("{id} is a duplicate and gives a right"));
            }
            return false;
        }
    }
    if let (Some(own), Some(wanted)) = (own, verdict.next_payment) {
        let said = if own.next_amount_minor < 0 { verdict.rate_minor } else { own.next_amount_minor };
        if said != wanted {
            say(format!("{id} bills {wanted} next at Stripe, {said} here"));
        }
    }
    let ours = own.and_then(|own| own.right.as_ref());
    match (&verdict.right, ours) {
        (Some(wanted), Some(ours)) if wanted == ours => {}
        (None, None) => {}
        // What nothing is paid for any more ended when that was seen, or before it began.
        (None, Some(ours)) if ours.until <= now || ours.until == ours.from => {}
        (wanted, ours) => say(format!("{id} ({}): Stripe says {wanted:?}, stored is {ours:?}", verdict.status)),
    }
    verdict.right.as_ref().is_some_and(|right| holds(right, now))
}

fn holds(right: &Right, now: i64) -> bool {
    right.settled && right.from <= now && now < right.until
}

/// Compares what one payment made once opens.
fn compare_once(reference: &str, wanted: Option<&Right>, ours: Option<&Right>, now: i64, say: &mut impl FnMut(String)) {
    match (wanted, ours) {
        (Some(wanted), Some(ours)) if wanted == ours => {}
        (None, None) => {}
        // What nothing is paid for any more ended when that was seen, or before it began.
        (None, Some(ours)) if ours.until <= now || ours.until == ours.from => {}
        (wanted, ours) => say(format!("{reference}: Stripe says {wanted:?}, stored is {ours:?}")),
    }
}

struct StoredSubscription {
    member_id: String,
    status: String,
    is_duplicate: bool,
    right: Option<Right>,
    /// What the next payment is said to take; below zero where that is the price's.
    next_amount_minor: i64,
}

struct Stored {
    subscriptions: BTreeMap<String, StoredSubscription>,
    /// Rights by payments made once, with whose they are, by our reference.
    once: BTreeMap<String, (String, Right)>,
    ledger: BTreeMap<String, Row>,
    counted: BTreeSet<String>,
    tally: i64,
    /// The sum of the campaign's ledger.
    flips: i64,
}

impl Stored {
    async fn read(arena: &Arena) -> Self {
        let address = format!("{}/v1/campaigns/25000-members", arena.base_url);
        let campaign: Value = arena.http.get(address).send().await.unwrap().json().await.unwrap();
        let mut conn = arena.store().read().await.unwrap();
        let subscriptions = "SELECT subscription.gateway_id, subscription.member_id, subscription.status, \
             COALESCE(subscription.duplicate_at, 0) AS duplicate_at, COALESCE(entitlement.valid_from, 0) AS valid_from, \
             COALESCE(entitlement.valid_until, 0) AS valid_until, COALESCE(entitlement.settled_at, 0) AS settled_at, \
             COALESCE(plan.title, '') AS title, COALESCE(subscription.next_amount_minor, -1) AS next_amount_minor \
             FROM subscription LEFT JOIN entitlement ON entitlement.subscription_id = subscription.id \
             LEFT JOIN plan ON plan.id = entitlement.plan_id";
        let rows = sqlx::query(subscriptions).fetch_all(&mut *conn).await.unwrap();
        let subscriptions = rows.iter().map(subscription).collect();
        let once = "SELECT entitlement.checkout_id, entitlement.member_id, entitlement.valid_from, entitlement.valid_until, \
             COALESCE(entitlement.settled_at, 0) AS settled_at, plan.title \
             FROM entitlement JOIN plan ON plan.id = entitlement.plan_id WHERE entitlement.checkout_id IS NOT NULL";
        let rows = sqlx::query(once).fetch_all(&mut *conn).await.unwrap();
        let once = rows.iter().map(|row| (row.get("checkout_id"), (row.get("member_id"), right(row)))).collect();
        let ledger = "SELECT balance_transaction_id, gross_minor, fee_minor, net_minor FROM payment_ledger";
        let rows = sqlx::query(ledger).fetch_all(&mut *conn).await.unwrap();
        let ledger = rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect();
        let counted = "SELECT member_id FROM campaign_member WHERE counted = 1";
        let counted: Vec<String> = sqlx::query_scalar(counted).fetch_all(&mut *conn).await.unwrap();
        let flips = "SELECT CAST(SUM(delta_members) AS BIGINT) FROM campaign_ledger";
        let flips = sqlx::query_scalar(flips).fetch_one(&mut *conn).await.unwrap();
        let tally = campaign["count"].as_i64().unwrap();
        Self { subscriptions, once, ledger, counted: counted.into_iter().collect(), tally, flips }
    }
}

fn right(row: &sqlx::any::AnyRow) -> Right {
    Right {
        from: row.get::<i64, _>("valid_from").div_euclid(1_000),
        until: row.get::<i64, _>("valid_until").div_euclid(1_000),
        settled: row.get::<i64, _>("settled_at") > 0,
        product: row.get("title"),
    }
}

fn subscription(row: &sqlx::any::AnyRow) -> (String, StoredSubscription) {
    let right = right(row);
    let stored = StoredSubscription {
        member_id: row.get("member_id"),
        status: row.get("status"),
        is_duplicate: row.get::<i64, _>("duplicate_at") > 0,
        right: (right.from > 0).then_some(right),
        next_amount_minor: row.get("next_amount_minor"),
    };
    (row.get("gateway_id"), stored)
}
