//! `masthead gifts`: what staff do with gifts that were paid.

use serde_json::{Value, json};

use crate::support::{Production, TestDatabase, on_both_databases, production::words, until};

const ADA: &str = "ada@example.com";
const BEN: &str = "ben@example.com";

/// Pays a gift that is mailed to somebody.
async fn give(production: &Production) {
    let browser = production.client();
    let plans: Value = browser.get(production.address("/v1/plans")).send().await.unwrap().json().await.unwrap();
    let price = &plans["items"][0]["prices"][0]["id"];
    let body = json!({ "price": price, "email": ADA, "gift": { "recipient_email": BEN, "from": "Ada" } });
    let answer = browser.post(production.address("/v1/checkout")).json(&body).send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    let card = [
        ("email", ADA),
        ("card_number", "4242424242424242"),
        ("card_expiry", "12/34"),
        ("card_cvc", "123"),
        ("name", "Ada"),
    ];
    let paid = browser.post(body["checkout_url"].as_str().unwrap()).form(&card).send().await.unwrap();
    assert_eq!(paid.status(), 303);
}

/// The codes in what was mailed to the reader, the oldest first.
fn codes(production: &Production) -> Vec<String> {
    let is_code = |line: &str| line.len() == 19 && line.split('-').filter(|group| group.len() == 4).count() == 4;
    let mails = production.post_office.mails(BEN);
    mails.iter().filter_map(|mail| mail.lines().find(|line| is_code(line)).map(str::to_owned)).collect()
}

on_both_databases! {
    async fn a_gift_is_listed_mailed_again_and_taken_back(db: TestDatabase) {
        let production = Production::new(db).await;
        let _serving = production.serve(&[]).await;
        give(&production).await;
        until("the code", || async { (codes(&production).len() == 1).then_some(()) }).await;
        let listed = words(&production.run(&["gifts", "list"]));
        let id = listed.split_whitespace().find(|word| word.starts_with("gft_")).expect(&listed).to_owned();
        assert!(listed.contains("  sent  Supporter, 1 month  redeem until 20"), "{listed}");
        assert!(!listed.contains('@') && !listed.contains(&codes(&production)[0]), "{listed}");

        let again = production.run(&["gifts", "resend", &id]);
        assert!(again.status.success(), "{}", words(&again));
        until("the code again", || async { (codes(&production).len() == 2).then_some(()) }).await;
        assert_eq!(codes(&production)[0], codes(&production)[1]);

        let revoked = production.run(&["gifts", "revoke", &id]);
        assert!(revoked.status.success() && words(&revoked).contains("at Stripe"), "{}", words(&revoked));
        assert!(words(&production.run(&["gifts", "list"])).contains("taken_back"));
        for what in ["resend", "revoke"] {
            let refused = production.run(&["gifts", what, &id]);
            assert!(!refused.status.success() && words(&refused).contains("waits to be redeemed"), "{}", words(&refused));
        }
        let mut conn = production.database.store.read().await.unwrap();
        let audited = "SELECT action FROM audit WHERE subject_id = $1 AND action LIKE 'gift.re%' ORDER BY id";
        let audited: Vec<String> = sqlx::query_scalar(audited).bind(&id).fetch_all(&mut *conn).await.unwrap();
        assert_eq!(audited, ["gift.resent", "gift.revoked"]);
    }
}
