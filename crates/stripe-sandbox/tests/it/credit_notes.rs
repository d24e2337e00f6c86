//! Credit notes: less is owed of an open invoice, and of a paid one money goes back.

use serde_json::{Value, json};

use crate::{
    clock::period_end,
    money_back::told,
    sales::coupon,
    support::{Bench, Form, bench, text},
};

/// Somebody who paid €7: the paid invoice.
async fn paid(bench: &Bench) -> Value {
    let session = bench.member("4242424242424242").await;
    bench.found(&format!("/v1/invoices/{}", text(&session["invoice"]))).await
}

/// Somebody whose renewal was refused: the open invoice.
async fn open(bench: &Bench) -> Value {
    let session = bench.member("4000000000000341").await;
    let end = period_end(&bench.subscription(&session).await);
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
    let subscription = bench.subscription(&session).await;
    bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await
}

async fn credit(bench: &Bench, invoice: &Value, more: Form<'_>) -> Value {
    bench.made("/v1/credit_notes", &[&[("invoice", &*text(&invoice["id"]))], more].concat()).await
}

async fn refused(bench: &Bench, invoice: &Value, more: Form<'_>) -> (u16, String) {
    let (status, body) = bench.post("/v1/credit_notes", &[&[("invoice", &*text(&invoice["id"]))], more].concat()).await;
    (status.as_u16(), body["error"]["param"].as_str().unwrap_or_default().to_owned())
}

async fn again(bench: &Bench, invoice: &Value) -> Value {
    bench.found(&format!("/v1/invoices/{}", text(&invoice["id"]))).await
}

/// The first of a note's lines, about a line of the invoice.
fn type_of(line: &str) -> [(&str, &str); 2] {
    [("lines[0][type]", "invoice_line_item"), ("lines[0][invoice_line_item]", line)]
}

#[tokio::test]
async fn of_an_open_invoice_less_is_owed_and_then_paid() {
    let bench = bench().await;
    let invoice = open(&bench).await;
    let note = credit(&bench, &invoice, &[("amount", "200"), ("reason", "order_change"), ("memo", "Sorry.")]).await;
    assert_eq!(
        (&note["type"], &note["status"], &note["total"]),
        (&json!("pre_payment"), &json!("issued"), &json!(200))
    );
    assert_eq!((&note["pre_payment_amount"], &note["post_payment_amount"]), (&json!(200), &json!(0)));
    assert_eq!(text(&note["number"]), format!("{}-CN-01", text(&invoice["number"])));
    let less = again(&bench, &invoice).await;
    assert_eq!(
        (&less["amount_due"], &less["amount_remaining"], &less["total"]),
        (&json!(500), &json!(500), &json!(700))
    );
    assert_eq!(less["pre_payment_credit_notes_amount"], 200);
    assert_eq!(told(&bench, &note).await, ["credit_note.created"]);
    let page = bench.page(&text(&invoice["hosted_invoice_url"])).await.1;
    assert!(page.contains("Credited") && page.contains("−€2.00") && page.contains("Pay €5.00"), "{page}");
    let pay = format!("/v1/invoices/{}/pay", text(&invoice["id"]));
    let paid = bench.made(&pay, &[("payment_method", "pm_card_visa")]).await;
    assert_eq!((&paid["status"], &paid["amount_paid"]), (&json!("paid"), &json!(500)));
    let charges = bench.found("/v1/charges?limit=1").await;
    assert_eq!(charges["data"][0]["amount"], 500);
    let payments = bench.found(&format!("/v1/invoice_payments?invoice={}", text(&invoice["id"]))).await;
    assert_eq!(payments["data"][0]["amount_paid"], 500);
}

#[tokio::test]
async fn an_open_invoice_of_which_nothing_is_left_is_paid() {
    let bench = bench().await;
    let invoice = open(&bench).await;
    let line = text(&invoice["lines"]["data"][0]["id"]);
    let whole = [&type_of(&line)[..], &[("lines[0][quantity]", "1")]].concat();
    let note = credit(&bench, &invoice, &whole).await;
    assert_eq!((&note["amount"], &note["lines"]["data"][0]["invoice_line_item"]), (&json!(700), &json!(line)));
    assert_eq!(note["lines"]["data"][0]["unit_amount"], 700);
    let done = again(&bench, &invoice).await;
    assert_eq!((&done["status"], &done["amount_paid"], &done["amount_due"]), (&json!("paid"), &json!(0), &json!(0)));
    let id = text(&invoice["parent"]["subscription_details"]["subscription"]);
    assert_eq!(bench.found(&format!("/v1/subscriptions/{id}")).await["status"], "active");
    let intents = bench.found("/v1/payment_intents?limit=1").await;
    assert_eq!(intents["data"][0]["status"], "canceled");
    let (status, _) = bench.post(&format!("/v1/credit_notes/{}/void", text(&note["id"])), &[]).await;
    assert_eq!(status, 400, "the invoice is open no more");
}

#[tokio::test]
async fn a_note_of_an_open_invoice_can_be_voided() {
    let bench = bench().await;
    let invoice = open(&bench).await;
    let note = credit(&bench, &invoice, &[("amount", "300")]).await;
    let path = format!("/v1/credit_notes/{}", text(&note["id"]));
    let worded = bench.made(&path, &[("memo", "By mistake."), ("metadata[by]", "desk")]).await;
    assert_eq!((&worded["memo"], &worded["metadata"]["by"]), (&json!("By mistake."), &json!("desk")));
    let void = bench.made(&format!("{path}/void"), &[]).await;
    assert_eq!(void["status"], "void");
    assert!(void["voided_at"].is_i64());
    assert_eq!(told(&bench, &note).await, ["credit_note.created", "credit_note.updated", "credit_note.voided"]);
    let owed = again(&bench, &invoice).await;
    assert_eq!((&owed["amount_remaining"], &owed["pre_payment_credit_notes_amount"]), (&json!(700), &json!(0)));
    assert_eq!(bench.post(&format!("{path}/void"), &[]).await.0, 400, "it is void already");
    let second = credit(&bench, &invoice, &[("amount", "700")]).await;
    assert_eq!(text(&second["number"]), format!("{}-CN-02", text(&invoice["number"])));
    let listed = bench.found(&format!("/v1/credit_notes?invoice={}", text(&invoice["id"]))).await;
    assert_eq!((&listed["data"][0]["id"], &listed["data"][1]["status"]), (&second["id"], &json!("void")));
}

#[tokio::test]
async fn of_a_paid_invoice_money_goes_back_on_three_ways() {
    let bench = bench().await;
    let invoice = paid(&bench).await;
    let ways = [("amount", "600"), ("refund_amount", "300"), ("credit_amount", "200"), ("out_of_band_amount", "100")];
    let note = credit(&bench, &invoice, &ways).await;
    assert_eq!((&note["type"], &note["post_payment_amount"]), (&json!("post_payment"), &json!(600)));
    assert_eq!(note["out_of_band_amount"], 100);
    let refund = bench.found(&format!("/v1/refunds/{}", text(&note["refunds"][0]["refund"]))).await;
    assert_eq!((&refund["amount"], &note["refunds"][0]["amount_refunded"]), (&json!(300), &json!(300)));
    let customer = format!("/v1/customers/{}", text(&invoice["customer"]));
    assert_eq!(bench.found(&customer).await["balance"], -200);
    let booked = bench.found(&format!("{customer}/balance_transactions")).await["data"][0].clone();
    assert_eq!((&booked["id"], &booked["type"]), (&note["customer_balance_transaction"], &json!("credit_note")));
    assert_eq!((&booked["amount"], &booked["credit_note"]), (&json!(-200), &note["id"]));
    let after = again(&bench, &invoice).await;
    assert_eq!((&after["amount_paid"], &after["post_payment_credit_notes_amount"]), (&json!(700), &json!(600)));
    assert_eq!(refused(&bench, &invoice, &[("amount", "101"), ("credit_amount", "101")]).await, (400, "amount".into()));
    let end = period_end(
        &bench.subscription(&json!({"subscription": invoice["parent"]["subscription_details"]["subscription"]})).await,
    );
    bench.control("/_sandbox/clock/advance", json!({"to": end + 3600})).await;
    let renewal = bench.found("/v1/invoices?limit=1").await["data"][0].clone();
    assert_eq!((&renewal["starting_balance"], &renewal["amount_paid"]), (&json!(-200), &json!(500)));
    let path = format!("{customer}/balance_transactions?invoice={}", text(&renewal["id"]));
    let used = bench.found(&path).await["data"][0].clone();
    assert_eq!(
        (&used["type"], &used["amount"], &used["ending_balance"]),
        (&json!("applied_to_invoice"), &json!(200), &json!(0))
    );
    let one = bench.found(&format!("{customer}/balance_transactions/{}", text(&used["id"]))).await;
    assert_eq!(one, used);
}

#[tokio::test]
async fn a_refund_that_was_made_before_is_linked_once() {
    let bench = bench().await;
    let invoice = paid(&bench).await;
    let charges = bench.found(&format!("/v1/charges?customer={}", text(&invoice["customer"]))).await;
    let refund = bench.made("/v1/refunds", &[("charge", &text(&charges["data"][0]["id"])), ("amount", "400")]).await;
    let id = text(&refund["id"]);
    let part = [("amount", "300"), ("refunds[0][refund]", id.as_str()), ("refunds[0][amount_refunded]", "300")];
    let note = credit(&bench, &invoice, &part).await;
    assert_eq!(note["refunds"][0]["refund"], json!(id));
    assert_eq!(refused(&bench, &invoice, &part).await, (400, "refunds[0][refund]".into()), "100 of it are left");
    credit(&bench, &invoice, &[("amount", "100"), ("refunds[0][refund]", &id)]).await;
    let too_much = refused(&bench, &invoice, &[("amount", "301"), ("refund_amount", "301")]).await;
    assert_eq!(too_much.1, "amount");
    assert_eq!(bench.found("/v1/refunds").await["data"].as_array().unwrap().len(), 1);
    let shown = bench.found(&format!("/v1/credit_notes/{}?expand[]=refunds.refund", text(&note["id"]))).await;
    assert_eq!(shown["refunds"][0]["refund"]["amount"], 400);
}

#[tokio::test]
async fn what_stripe_refuses_is_refused() {
    let bench = bench().await;
    let invoice = paid(&bench).await;
    let nowhere = refused(&bench, &invoice, &[("amount", "100")]).await;
    assert_eq!(nowhere, (400, String::new()), "it is not said where the money goes");
    for (form, param) in [
        (&[("credit_amount", "100")][..], "lines"),
        (&[("amount", "100"), ("lines[0][type]", "custom_line_item")], "amount"),
        (&[("lines[0][type]", "custom_line_item")], "lines[0][description]"),
        (&[("lines[0][type]", "invoice_line_item")], "lines[0][invoice_line_item]"),
        (
            &[("lines[0][type]", "invoice_line_item"), ("lines[0][invoice_line_item]", "il_none")],
            "lines[0][invoice_line_item]",
        ),
        (&[("amount", "100"), ("shipping_cost[shipping_rate]", "shr_1")], "shipping_cost"),
        (&[("amount", "701"), ("credit_amount", "701")], "amount"),
    ] {
        assert_eq!(refused(&bench, &invoice, form).await, (400, param.to_owned()), "{form:?}");
    }
    let (status, body) = bench.post("/v1/credit_notes", &[("invoice", "in_none"), ("amount", "1")]).await;
    assert_eq!((status.as_u16(), &body["error"]["code"]), (400, &json!("resource_missing")));
    assert_eq!(bench.get("/v1/credit_notes/cn_none").await.0, 404);
    assert_eq!(bench.found("/v1/credit_notes").await["data"], json!([]));
    let owed = open(&bench).await;
    bench.made(&format!("/v1/invoices/{}/void", text(&owed["id"])), &[]).await;
    assert_eq!(refused(&bench, &owed, &[("amount", "100")]).await, (400, "invoice".into()));
}

#[tokio::test]
async fn a_disputed_charge_is_not_refunded_by_a_note() {
    let bench = bench().await;
    let session = bench.member("4000000000000259").await;
    let form = [("invoice", &*text(&session["invoice"])), ("amount", "100"), ("refund_amount", "100")];
    let (status, body) = bench.post("/v1/credit_notes", &form).await;
    assert_eq!((status.as_u16(), &body["error"]["code"]), (400, &json!("charge_disputed")));
}

#[tokio::test]
async fn a_preview_is_what_the_note_then_is_and_changes_nothing() {
    let bench = bench().await;
    let invoice = paid(&bench).await;
    let events = bench.found("/v1/events?limit=100").await;
    let query = format!("invoice={}&amount=250&refund_amount=250", text(&invoice["id"]));
    let shown = bench.found(&format!("/v1/credit_notes/preview?{query}")).await;
    let lines = bench.found(&format!("/v1/credit_notes/preview/lines?{query}&limit=1")).await;
    assert_eq!(bench.found("/v1/events?limit=100").await, events);
    assert_eq!(again(&bench, &invoice).await, invoice);
    let note = credit(&bench, &invoice, &[("amount", "250"), ("refund_amount", "250")]).await;
    assert_eq!((&shown["total"], &shown["number"]), (&note["total"], &note["number"]));
    assert_eq!(lines["data"][0]["amount"], 250);
    let lines = bench.found(&format!("/v1/credit_notes/{}/lines", text(&note["id"]))).await;
    assert_eq!(lines["data"], note["lines"]["data"]);
}

#[tokio::test]
async fn a_line_is_credited_with_its_discount_and_no_cent_is_lost() {
    let bench = bench().await;
    let half = coupon(&bench, &[("percent_off", "50"), ("duration", "once")]).await;
    let price = bench.price().await;
    let customer = bench.made("/v1/customers", &[("email", "a@example.com")]).await;
    let form = [
        ("customer", &*text(&customer["id"])),
        ("items[0][price]", &price),
        ("items[0][quantity]", "3"),
        ("discounts[0][coupon]", &half),
        ("default_payment_method", "pm_card_visa"),
    ];
    let subscription = bench.made("/v1/subscriptions", &form).await;
    let invoice = bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await;
    let line = text(&invoice["lines"]["data"][0]["id"]);
    let line = |by, much| [&type_of(&line)[..], &[(by, much), ("credit_amount", "350")]].concat();
    let one = line("lines[0][quantity]", "1");
    let note = credit(&bench, &invoice, &one).await;
    assert_eq!((&note["subtotal"], &note["discount_amount"], &note["total"]), (&json!(700), &json!(350), &json!(350)));
    assert_eq!(note["discount_amounts"][0]["discount"], invoice["discounts"][0]);
    let by_sum = line("lines[0][amount]", "700");
    assert_eq!(refused(&bench, &invoice, &by_sum).await.1, "lines[0][amount]", "by its quantity from now on");
    let three = line("lines[0][quantity]", "3");
    assert_eq!(refused(&bench, &invoice, &three).await.1, "lines[0][quantity]", "two are left");
    credit(&bench, &invoice, &one).await;
    credit(&bench, &invoice, &one).await;
    assert_eq!(again(&bench, &invoice).await["post_payment_credit_notes_amount"], invoice["total"]);
}

#[tokio::test]
async fn tax_goes_back_with_what_bore_it() {
    let bench = bench().await;
    let price = bench.price().await;
    let customer = bench.made("/v1/customers", &[("email", "a@example.com"), ("address[country]", "DE")]).await;
    let form = [
        ("customer", &*text(&customer["id"])),
        ("items[0][price]", &price),
        ("automatic_tax[enabled]", "true"),
        ("default_payment_method", "pm_card_visa"),
    ];
    let subscription = bench.made("/v1/subscriptions", &form).await;
    let invoice = bench.found(&format!("/v1/invoices/{}", text(&subscription["latest_invoice"]))).await;
    let custom =
        [("lines[0][type]", "custom_line_item"), ("lines[0][description]", "x"), ("lines[0][unit_amount]", "1")];
    assert_eq!(refused(&bench, &invoice, &custom).await.1, "lines[0][type]", "Stripe reckons the tax");
    let half = credit(&bench, &invoice, &[("amount", "350"), ("credit_amount", "350")]).await;
    assert_eq!((&half["total"], &half["total_taxes"][0]["amount"]), (&json!(350), &json!(56)));
    assert_eq!(half["total_excluding_tax"], 294);
    let line = text(&invoice["lines"]["data"][0]["id"]);
    let net = [&type_of(&line)[..], &[("lines[0][amount]", "294"), ("refund_amount", "350")]].concat();
    let rest = credit(&bench, &invoice, &net).await;
    assert_eq!((&rest["total"], &rest["total_taxes"][0]["taxable_amount"]), (&json!(350), &json!(294)));
    assert_eq!(again(&bench, &invoice).await["post_payment_credit_notes_amount"], 700);
}
