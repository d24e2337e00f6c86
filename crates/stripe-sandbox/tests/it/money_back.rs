//! Money that goes back: refunds in part, refunds that fail, disputes.

use serde_json::{Value, json};

use crate::support::{Bench, Form, bench, text};

const DAY: i64 = 86_400;

/// Somebody who paid by this card: the charge.
async fn charge(bench: &Bench, card: &str) -> Value {
    let session = bench.member(card).await;
    let charges = bench.found(&format!("/v1/charges?customer={}", text(&session["customer"]))).await;
    charges["data"][0].clone()
}

async fn again(bench: &Bench, object: &str, known: &Value) -> Value {
    bench.found(&format!("/v1/{object}/{}", text(&known["id"]))).await
}

/// Types of the events about an object, oldest first.
pub async fn told(bench: &Bench, about: &Value) -> Vec<String> {
    let events = bench.found("/v1/events?limit=100").await;
    let all = events["data"].as_array().unwrap().iter().rev();
    all.filter(|event| event["data"]["object"]["id"] == about["id"]).map(|event| text(&event["type"])).collect()
}

async fn balance(bench: &Bench) -> (i64, i64) {
    let booked = bench.found("/v1/balance_transactions?limit=100").await;
    let sum = |field: &str| booked["data"].as_array().unwrap().iter().map(|one| one[field].as_i64().unwrap()).sum();
    (sum("amount"), sum("fee"))
}

async fn refused(bench: &Bench, path: &str, form: Form<'_>) -> (u16, String) {
    let (status, body) = bench.post(path, form).await;
    (status.as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_card_is_disputed_right_after_it_paid() {
    let bench = bench().await;
    let paid = charge(&bench, "4000000000000259").await;
    let disputes = bench.found(&format!("/v1/disputes?charge={}", text(&paid["id"]))).await;
    let dispute = &disputes["data"][0];
    assert_eq!((&dispute["amount"], &dispute["currency"]), (&json!(700), &json!("eur")));
    assert_eq!((&dispute["reason"], &dispute["status"]), (&json!("fraudulent"), &json!("needs_response")));
    assert_eq!(dispute["payment_intent"], paid["payment_intent"]);
    assert_eq!(again(&bench, "charges", &paid).await["disputed"], true);
    let booked = &dispute["balance_transactions"][0];
    assert_eq!((&booked["type"], &booked["reporting_category"]), (&json!("adjustment"), &json!("dispute")));
    assert_eq!((&booked["amount"], &booked["fee"], &booked["net"]), (&json!(-700), &json!(1500), &json!(-2200)));
    assert_eq!(booked["source"], dispute["id"]);
    assert_eq!(told(&bench, dispute).await, ["charge.dispute.created", "charge.dispute.funds_withdrawn"]);
    let by_payment = format!("/v1/disputes?payment_intent={}", text(&paid["payment_intent"]));
    assert_eq!(bench.found(&by_payment).await["data"][0]["id"], dispute["id"]);
    let refund = refused(&bench, "/v1/refunds", &[("charge", &text(&paid["id"]))]).await;
    assert_eq!(refund, (400, "charge_disputed".into()));
}

#[tokio::test]
async fn a_won_dispute_brings_the_money_and_the_fee_back() {
    let bench = bench().await;
    let paid = charge(&bench, "4242424242424242").await;
    let before = balance(&bench).await;
    let wanted = json!({"payment_intent": paid["payment_intent"], "reason": "product_not_received"});
    let dispute = bench.control("/_sandbox/disputes", wanted).await;
    assert_eq!((&dispute["charge"], &dispute["reason"]), (&paid["id"], &json!("product_not_received")));
    assert_eq!(balance(&bench).await, (before.0 - 700, before.1 + 1500));
    let close = format!("/_sandbox/disputes/{}/close", text(&dispute["id"]));
    let won = bench.control(&close, json!({"status": "won"})).await;
    assert_eq!((&won["status"], won["balance_transactions"].as_array().unwrap().len()), (&json!("won"), 2));
    assert_eq!(won["balance_transactions"][1]["reporting_category"], "dispute_reversal");
    assert_eq!(balance(&bench).await, before);
    let ends = ["charge.dispute.closed", "charge.dispute.funds_reinstated"];
    assert_eq!(told(&bench, &won).await[2..], ends);
    let (status, _, _) = bench.submit(&format!("{}{close}", bench.url), &[("status", "lost")]).await;
    assert_eq!(status, 400, "it is decided");
    assert_eq!(again(&bench, "charges", &paid).await["disputed"], true, "as at Stripe");
    bench.made("/v1/refunds", &[("charge", &text(&paid["id"]))]).await;
}

#[tokio::test]
async fn evidence_is_handed_in_and_decides_by_its_words() {
    let bench = bench().await;
    let paid = charge(&bench, "4242424242424242").await;
    let dispute = bench.control("/_sandbox/disputes", json!({"charge": paid["id"]})).await;
    let path = format!("/v1/disputes/{}", text(&dispute["id"]));
    let staged = [("evidence[uncategorized_text]", "Here is why."), ("submit", "false")];
    let staged = bench.made(&path, &staged).await;
    assert_eq!(
        (&staged["status"], &staged["evidence_details"]["has_evidence"]),
        (&json!("needs_response"), &json!(true))
    );
    let seen = bench.made(&path, &[("evidence[customer_name]", "Ada Reader")]).await;
    assert_eq!(seen["status"], "under_review");
    let won = bench.made(&path, &[("evidence[uncategorized_text]", "winning_evidence")]).await;
    assert_eq!((&won["status"], &won["evidence_details"]["submission_count"]), (&json!("won"), &json!(2)));
    let told = told(&bench, &dispute).await;
    let last = ["charge.dispute.updated", "charge.dispute.closed", "charge.dispute.funds_reinstated"];
    assert_eq!(told[told.len() - 3..], last, "{told:?}");
    assert_eq!(refused(&bench, &format!("{path}/close"), &[]).await.0, 400);
}

#[tokio::test]
async fn giving_up_or_saying_nothing_loses() {
    let bench = bench().await;
    let first = charge(&bench, "4000000000000259").await;
    let second = charge(&bench, "4000000000000259").await;
    let find = |charge: &Value| format!("/v1/disputes?charge={}", text(&charge["id"]));
    let given_up = text(&bench.found(&find(&first)).await["data"][0]["id"]);
    assert_eq!(bench.made(&format!("/v1/disputes/{given_up}/close"), &[]).await["status"], "lost");
    let silent = bench.found(&find(&second)).await["data"][0].clone();
    bench.control("/_sandbox/clock/advance", json!({"to": silent["evidence_details"]["due_by"]})).await;
    let lost = again(&bench, "disputes", &silent).await;
    assert_eq!((&lost["status"], &lost["evidence_details"]["past_due"]), (&json!("lost"), &json!(true)));
    assert_eq!(told(&bench, &lost).await.last().unwrap(), "charge.dispute.closed");
    let (amount, fees) = balance(&bench).await;
    assert_eq!((amount, fees), (0, 2 * 1500 + 2 * 36), "the money is gone and the fees stay");
}

#[tokio::test]
async fn only_what_is_left_of_a_paid_charge_is_disputed_and_once() {
    let bench = bench().await;
    let paid = charge(&bench, "4242424242424242").await;
    bench.made("/v1/refunds", &[("charge", &text(&paid["id"])), ("amount", "300")]).await;
    let wanted = json!({"charge": paid["id"]});
    assert_eq!(bench.control("/_sandbox/disputes", wanted).await["amount"], 400);
    let address = format!("{}/_sandbox/disputes", bench.url);
    assert_eq!(bench.submit(&address, &[("charge", &text(&paid["id"]))]).await.0, 400, "a second one");
    assert_eq!(bench.submit(&address, &[("charge", "ch_unknown")]).await.0, 404);
    assert_eq!(bench.submit(&address, &[("charge", &text(&paid["id"])), ("reason", "bored")]).await.0, 400);
    assert_eq!(bench.submit(&address, &[]).await.0, 400);
}

#[tokio::test]
async fn a_refund_is_told_in_stripes_order() {
    let bench = bench().await;
    let paid = charge(&bench, "4242424242424242").await;
    let part = bench.made("/v1/refunds", &[("charge", &text(&paid["id"])), ("amount", "200")]).await;
    assert_eq!((&part["status"], &part["amount"]), (&json!("succeeded"), &json!(200)));
    let after = again(&bench, "charges", &paid).await;
    assert_eq!((&after["amount_refunded"], &after["refunded"]), (&json!(200), &json!(false)));
    let seen = again(&bench, "refunds", &part).await;
    assert_eq!(seen["destination_details"]["card"]["reference_status"], "available");
    assert_eq!(told(&bench, &part).await, ["refund.created", "refund.updated", "charge.refund.updated"]);
    assert_eq!(told(&bench, &paid).await.last().unwrap(), "charge.refunded");
}

#[tokio::test]
async fn a_refund_to_a_closed_account_comes_back_a_day_later() {
    let bench = bench().await;
    let paid = charge(&bench, "4000000000005126").await;
    let refund = bench.made("/v1/refunds", &[("charge", &text(&paid["id"]))]).await;
    assert_eq!(refund["status"], "succeeded");
    assert_eq!(again(&bench, "charges", &paid).await["refunded"], true);
    bench.control("/_sandbox/clock/advance", json!({"seconds": DAY + 1})).await;
    let path = format!("/v1/refunds/{}?expand[]=failure_balance_transaction", text(&refund["id"]));
    let failed = bench.found(&path).await;
    assert_eq!((&failed["status"], &failed["failure_reason"]), (&json!("failed"), &json!("expired_or_canceled_card")));
    let booked = &failed["failure_balance_transaction"];
    assert_eq!(
        (&booked["type"], &booked["amount"], &booked["fee"]),
        (&json!("refund_failure"), &json!(700), &json!(0))
    );
    let after = again(&bench, "charges", &paid).await;
    assert_eq!((&after["amount_refunded"], &after["refunded"]), (&json!(0), &json!(false)));
    assert_eq!(balance(&bench).await.0, 700);
    assert_eq!(told(&bench, &refund).await[1..], ["refund.updated", "charge.refund.updated", "refund.failed"]);
}

#[tokio::test]
async fn any_refund_can_be_made_to_fail_once() {
    let bench = bench().await;
    let paid = charge(&bench, "4242424242424242").await;
    let form = [("charge", &*text(&paid["id"])), ("amount", "250")];
    let refund = bench.made("/v1/refunds", &form).await;
    let path = format!("/_sandbox/refunds/{}/fail", text(&refund["id"]));
    assert_eq!(bench.control(&path, json!({})).await["status"], "failed");
    assert_eq!(again(&bench, "charges", &paid).await["amount_refunded"], 0);
    assert_eq!(bench.submit(&format!("{}{path}", bench.url), &[]).await.0, 400);
    bench.made("/v1/refunds", &[("charge", &*text(&paid["id"]))]).await;
}

#[tokio::test]
async fn a_slow_refund_is_pending_for_a_day() {
    let bench = bench().await;
    let paid = charge(&bench, "4000000000007726").await;
    let refund = bench.made("/v1/refunds", &[("charge", &text(&paid["id"]))]).await;
    assert_eq!(refund["status"], "pending");
    bench.control("/_sandbox/clock/advance", json!({"seconds": DAY + 1})).await;
    assert_eq!(again(&bench, "refunds", &refund).await["status"], "succeeded");
    assert_eq!(told(&bench, &refund).await, ["refund.created", "refund.updated", "charge.refund.updated"]);
}

#[tokio::test]
async fn a_bank_replaces_a_card_by_itself() {
    let bench = bench().await;
    let session = bench.member("4242424242424242").await;
    let methods = format!("/v1/customers/{}/payment_methods", text(&session["customer"]));
    let card = bench.found(&methods).await["data"][0].clone();
    assert_eq!((&card["card"]["exp_month"], &card["card"]["exp_year"]), (&json!(12), &json!(2034)), "as typed");
    let path = format!("/_sandbox/payment_methods/{}/update", text(&card["id"]));
    let new = bench.control(&path, json!({"exp_month": 3, "exp_year": 2037, "last4": "1881"})).await;
    assert_eq!((&new["card"]["exp_month"], &new["card"]["last4"]), (&json!(3), &json!("1881")));
    let events = bench.found("/v1/events?type=payment_method.automatically_updated").await;
    let previous = &events["data"][0]["data"]["previous_attributes"]["card"];
    assert_eq!(*previous, json!({"exp_month": 12, "exp_year": 2034, "last4": "4242"}));
    assert_eq!(bench.submit(&format!("{}{path}", bench.url), &[("exp_month", "13")]).await.0, 400);
}

#[tokio::test]
async fn a_bank_warns_of_fraud_right_after_a_payment() {
    let bench = bench().await;
    let paid = charge(&bench, "4000000000005423").await;
    let path = format!("/v1/radar/early_fraud_warnings?charge={}", text(&paid["id"]));
    let warning = bench.found(&path).await["data"][0].clone();
    assert_eq!((&warning["actionable"], &warning["fraud_type"]), (&json!(true), &json!("misc")));
    assert_eq!(warning["payment_intent"], paid["payment_intent"]);
    assert_eq!(again(&bench, "charges", &paid).await["disputed"], false);
    bench.made("/v1/refunds", &[("charge", &text(&paid["id"])), ("amount", "300")]).await;
    assert_eq!(again(&bench, "radar/early_fraud_warnings", &warning).await["actionable"], true, "400 are left");
    bench.made("/v1/refunds", &[("charge", &text(&paid["id"]))]).await;
    assert_eq!(again(&bench, "radar/early_fraud_warnings", &warning).await["actionable"], false);
    let told = told(&bench, &warning).await;
    assert_eq!(told, ["radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"]);
}

#[tokio::test]
async fn a_warning_is_raised_by_hand_once_and_a_dispute_may_follow() {
    let bench = bench().await;
    let paid = charge(&bench, "4242424242424242").await;
    let wanted = json!({"charge": paid["id"], "fraud_type": "made_with_stolen_card"});
    let warning = bench.control("/_sandbox/early_fraud_warnings", wanted).await;
    assert_eq!(
        (&warning["object"], &warning["fraud_type"]),
        (&json!("radar.early_fraud_warning"), &json!("made_with_stolen_card"))
    );
    let address = format!("{}/_sandbox/early_fraud_warnings", bench.url);
    let id = text(&paid["id"]);
    assert_eq!(bench.submit(&address, &[("charge", &id)]).await.0, 400, "it was warned about");
    let other = text(&charge(&bench, "4242424242424242").await["id"]);
    assert_eq!(bench.submit(&address, &[("charge", &other), ("fraud_type", "theft")]).await.0, 400);
    assert_eq!(bench.submit(&address, &[]).await.0, 400);
    bench.control("/_sandbox/disputes", json!({"charge": id})).await;
    assert_eq!(again(&bench, "radar/early_fraud_warnings", &warning).await["actionable"], false);
    let by_payment = format!("/v1/radar/early_fraud_warnings?payment_intent={}", text(&paid["payment_intent"]));
    assert_eq!(bench.found(&by_payment).await["data"][0]["id"], warning["id"]);
    assert_eq!(bench.get("/v1/radar/early_fraud_warnings/issfr_none").await.0, 404);
}
