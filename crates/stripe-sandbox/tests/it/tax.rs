//! Automatic tax: by the country and the price, with VAT ids, at the page and by the API.

use serde_json::json;

use crate::{
    sales::{SUCCESS, advance_months, assert_adds_up, coupon, paid, send, subscribing, totals},
    support::{bench, text},
};

#[tokio::test]
async fn tax_follows_the_country_and_the_price() {
    let bench = bench().await;
    let cases = [
        ("DE", "inclusive", 700, 112),
        ("FR", "exclusive", 840, 140),
        ("PT", "unspecified", 700, 131),
        ("UA", "exclusive", 700, 0),
    ];
    for (country, behavior, total, tax) in cases {
        let form = [
            ("product_data[name]", "Supporter"),
            ("currency", "eur"),
            ("unit_amount", "700"),
            ("recurring[interval]", "month"),
            ("tax_behavior", behavior),
        ];
        let price = text(&bench.made("/v1/prices", &form).await["id"]);
        let form = [
            ("mode", "subscription"),
            ("line_items[0][price]", price.as_str()),
            ("line_items[0][quantity]", "1"),
            ("automatic_tax[enabled]", "true"),
            SUCCESS,
        ];
        let session = bench.made("/v1/checkout/sessions", &form).await;
        assert_eq!(session["automatic_tax"]["status"], "requires_location_inputs");
        let (status, page) = send(&bench, &session, &[("shown", "700")]).await;
        assert!(status == 422 && page.contains("href=\"#country\""), "{page}");
        let (status, page) = send(&bench, &session, &[("country", country), ("update", "yes")]).await;
        let shown = format!("name=\"shown\" value=\"{total}\"");
        assert!(status == 200 && page.contains(&shown), "{country}: {page}");
        let done = paid(&bench, &session, &[("country", country), ("shown", &total.to_string())]).await;
        assert_eq!(
            [&done["amount_total"], &done["total_details"]["amount_tax"]],
            [&json!(total), &json!(tax)],
            "{country}"
        );
        assert_eq!(done["customer_details"]["address"]["country"], country);
        let invoice = &done["invoice"];
        assert_adds_up(invoice);
        let (_, page, _) = bench.page(invoice["hosted_invoice_url"].as_str().unwrap()).await;
        assert_eq!(page.contains(">Tax"), tax > 0, "{page}");
        assert_eq!(
            [&invoice["amount_paid"], &invoice["customer_address"]["country"]],
            [&json!(total), &json!(country)]
        );
        assert_eq!(invoice["automatic_tax"]["status"], "complete");
        if tax > 0 {
            let rate = text(&invoice["total_taxes"][0]["tax_rate_details"]["tax_rate"]);
            assert_eq!(bench.found(&format!("/v1/tax_rates/{rate}")).await["country"], country);
        }
        advance_months(&bench, &done, 1).await;
        assert_eq!(totals(&bench, &done).await, [total, total], "a renewal bears the same tax");
    }
}

#[tokio::test]
async fn a_vat_id_turns_the_tax_over_to_its_owner() {
    let bench = bench().await;
    let more = [("automatic_tax[enabled]", "true"), ("tax_id_collection[enabled]", "true")];
    let session = subscribing(&bench, &more).await;
    let (status, page) = send(&bench, &session, &[("country", "DE"), ("vat_id", "XX1"), ("shown", "700")]).await;
    assert!(status == 422 && page.contains("href=\"#vat_id\""), "{page}");
    let done = paid(&bench, &session, &[("country", "DE"), ("vat_id", "de 123 456 789"), ("shown", "700")]).await;
    let wanted = json!([{ "type": "eu_vat", "value": "DE123456789" }]);
    assert_eq!([&done["customer_details"]["tax_ids"], &done["invoice"]["customer_tax_ids"]], [&wanted, &wanted]);
    assert_eq!(
        [&done["invoice"]["total_taxes"][0]["amount"], &done["invoice"]["total_taxes"][0]["taxability_reason"]],
        [&json!(0), &json!("reverse_charge")]
    );
    let path = format!("/v1/customers/{}/tax_ids", text(&done["customer"]));
    let id = text(&bench.found(&path).await["data"][0]["id"]);
    assert_eq!(bench.found(&format!("{path}/{id}")).await["verification"]["status"], "verified");
    bench.delete(&format!("{path}/{id}")).await;
    advance_months(&bench, &done, 1).await;
    let invoices = bench.found(&format!("/v1/invoices?subscription={}", text(&done["subscription"]))).await;
    assert_eq!(invoices["data"][0]["total_taxes"][0]["amount"], 112, "without the id the tax is back");
}

#[tokio::test]
async fn a_known_customer_without_an_address_needs_one_for_tax() {
    let bench = bench().await;
    let customer = text(&bench.made("/v1/customers", &[("email", "k@example.com")]).await["id"]);
    let price = bench.price().await;
    let mut form = vec![
        ("mode", "subscription"),
        ("line_items[0][price]", price.as_str()),
        ("line_items[0][quantity]", "1"),
        ("customer", customer.as_str()),
        ("automatic_tax[enabled]", "true"),
        SUCCESS,
    ];
    let (status, body) = bench.post("/v1/checkout/sessions", &form).await;
    assert_eq!((status.as_u16(), &body["error"]["code"]), (400, &json!("customer_tax_location_invalid")));
    form.push(("customer_update[address]", "auto"));
    let session = bench.made("/v1/checkout/sessions", &form).await;
    let (_, _) = send(&bench, &session, &[("country", "FR"), ("shown", "700")]).await;
    assert_eq!(bench.found(&format!("/v1/customers/{customer}")).await["address"]["country"], "FR");
}

#[tokio::test]
async fn discounts_and_tax_by_the_api_alone() {
    let bench = bench().await;
    let member = bench.member("4242424242424242").await;
    let coupon = coupon(&bench, &[("percent_off", "10"), ("duration", "forever")]).await;
    let path = format!("/v1/subscriptions/{}", text(&member["subscription"]));
    let customer = format!("/v1/customers/{}", text(&member["customer"]));
    bench.made(&customer, &[("address[country]", "DE")]).await;
    bench.made(&path, &[("discounts[0][coupon]", &coupon), ("automatic_tax[enabled]", "true")]).await;
    advance_months(&bench, &member, 1).await;
    bench.made(&path, &[("discounts", ""), ("automatic_tax[enabled]", "false")]).await;
    advance_months(&bench, &member, 1).await;
    assert_eq!(totals(&bench, &member).await, [700, 630, 700]);
    let taxes = bench.found(&format!("/v1/invoices?subscription={}", text(&member["subscription"]))).await;
    assert_eq!(taxes["data"][1]["total_taxes"][0]["amount"], 101);
}
