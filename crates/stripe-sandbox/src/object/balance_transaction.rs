//! Balance transactions: what each charge and refund does to the account's balance.

use serde_json::{Value, json};

use crate::{
    core::{
        blank::filled,
        json::Peek,
        listing::{CREATED, ENDING_BEFORE, LIMIT, STARTING_AFTER, matches},
        money::fee,
        schema::{Field, Kind, opt},
        world::World,
    },
    http::route::{Call, Outcome, Route, get},
};

/// Seconds until money is available.
const SETTLES_AFTER: i64 = 2 * 24 * 60 * 60;
/// What a dispute costs, in minor units of any currency; a won one gives it back.
const DISPUTE_FEE: i64 = 1500;
const LIST: &[Field] = &[
    LIMIT,
    STARTING_AFTER,
    ENDING_BEFORE,
    CREATED,
    opt("currency", Kind::Text),
    opt("source", Kind::Text),
    opt("type", Kind::Text),
];

/// The endpoints.
pub const ROUTES: &[Route] =
    &[get("/v1/balance_transactions", LIST, list), get("/v1/balance_transactions/{id}", &[], retrieve)];

/// Books a paid charge: its amount less the fee.
pub fn insert_charge(world: &mut World, charge_id: &str) -> String {
    let charge = world.render(charge_id);
    let fee = fee(charge.int("amount"));
    insert(world, &charge, charge.int("amount"), fee, ("charge", "charge"))
}

/// Books a refund: the whole sum goes back, the fee stays with Stripe.
pub fn insert_refund(world: &mut World, refund_id: &str) -> String {
    let refund = world.render(refund_id);
    insert(world, &refund, -refund.int("amount"), 0, ("refund", "refund"))
}

/// Books a refund that failed: the whole sum comes back.
pub fn insert_refund_failure(world: &mut World, refund_id: &str) -> String {
    let refund = world.render(refund_id);
    insert(world, &refund, refund.int("amount"), 0, ("refund_failure", "refund_failure"))
}

/// What a dispute does to the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dispute {
    /// The sum and a fee are taken.
    Withdrawn,
    /// Both come back.
    Reinstated,
}

/// Books a dispute's withdrawal, or its return.
pub fn insert_dispute(world: &mut World, dispute_id: &str, which: Dispute) -> String {
    let mut dispute = world.render(dispute_id);
    let amount = dispute.int("amount");
    let charge = dispute.str("charge").to_owned();
    let (sign, category, words) = match which {
        Dispute::Withdrawn => (-1, "dispute", "Chargeback withdrawal"),
        Dispute::Reinstated => (1, "dispute_reversal", "Chargeback reversal"),
    };
    dispute["description"] = json!(format!("{words} for {charge}"));
    insert(world, &dispute, sign * amount, -sign * DISPUTE_FEE, ("adjustment", category))
}

/// `kind` is Stripe's type and its reporting category.
fn insert(world: &mut World, source: &Value, amount: i64, fee: i64, kind: (&str, &str)) -> String {
    let id = world.new_id("balance_transaction");
    let currency = &source["currency"];
    let words = if kind.0 == "adjustment" { "Dispute fee" } else { "Stripe processing fees" };
    let fees =
        json!({ "amount": fee, "application": null, "currency": currency, "description": words, "type": "stripe_fee" });
    world.insert(filled(
        "balance_transaction",
        json!({
            "id": id,
            "amount": amount,
            "available_on": world.now() + SETTLES_AFTER,
            "created": world.now(),
            "currency": currency,
            "description": source["description"],
            "fee": fee,
            "fee_details": if fee == 0 { json!([]) } else { json!([fees]) },
            "net": amount - fee,
            "reporting_category": kind.1,
            "source": source["id"],
            "type": kind.0,
        }),
    ))
}

fn list(world: &mut World, call: &Call) -> Outcome {
    world.list("balance_transaction", &call.params, "/v1/balance_transactions", |transaction| {
        ["currency", "source", "type"].iter().all(|name| matches(transaction, &call.params, name))
    })
}

fn retrieve(world: &mut World, call: &Call) -> Outcome {
    world.named("balance_transaction", call.id(), "id").map(|transaction| world.show(transaction))
}
