//! A member who was deleted: what they still hold opens nothing.

use reqwest::header;
use serde_json::json;

use crate::{
    continue_site::{code, exchange, shown},
    expect::{STORY, good, problem},
    support::{TestApp, TestDatabase, on_both_databases, until},
};

on_both_databases! {
    async fn sessions_tokens_and_codes_of_a_deleted_member_are_worth_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let issued = good(member.post("/v1/token", &json!({ "site": "demo-paper" })).await).await;
        let bearer = format!("Bearer {}", issued["access_token"].as_str().unwrap());
        let code = code(&member).await;

        let mut tx = app.context.store.begin().await.unwrap();
        let deleted = sqlx::query("UPDATE member SET deleted_at = $1").bind(app.clock.wall().millis());
        assert_eq!(deleted.execute(&mut *tx).await.unwrap().rows_affected(), 1);
        tx.commit().await.unwrap();

        problem(member.get("/v1/me").await, 401, "sign_in_required").await;
        problem(member.post("/v1/token", &json!({})).await, 401, "sign_in_required").await;
        problem(member.post("/v1/billing-portal", &json!({})).await, 401, "sign_in_required").await;
        problem(exchange(&app, &shown(&code)).await, 400, "continue_code_invalid").await;
        let asked = json!({ "gate": "members", "article": STORY });
        let answer = good(member.post("/v1/access", &asked).await).await;
        assert_eq!(answer["decision"], "join", "{answer}");
        let request = app.http.post(app.address("/v1/access")).header(header::AUTHORIZATION, bearer);
        problem(request.json(&asked).send().await.unwrap(), 401, "invalid_token").await;
        app.stop().await;
    }

    // Fault 15.
    async fn money_that_moves_after_an_erasure_is_in_the_ledger_and_told_to_nobody(db: TestDatabase) {
        let app = TestApp::start(db).await;
        app.member("ada@example.com").await;
        app.counted(24_601).await;
        app.caught_up().await;
        app.mail_is_out().await;
        let before = app.mails("ada@example.com").await.len();
        let mut tx = app.context.store.begin().await.unwrap();
        let erased = sqlx::query("UPDATE member SET deleted_at = $1, person_id = NULL").bind(app.clock.wall().millis());
        assert_eq!(erased.execute(&mut *tx).await.unwrap().rows_affected(), 1);
        tx.commit().await.unwrap();

        let charge = app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned();
        let disputed = json!({ "charge": charge });
        let address = format!("{}/_sandbox/disputes", app.sandbox.url());
        good(app.http.post(address).json(&disputed).send().await.unwrap()).await;
        let gross = async || -> Vec<i64> {
            let mut conn = app.context.store.read().await.unwrap();
            let select = "SELECT gross_minor FROM payment_ledger ORDER BY gross_minor";
            sqlx::query_scalar(select).fetch_all(&mut *conn).await.unwrap()
        };
        until("the dispute in the ledger", async || Some(gross().await).filter(|rows| rows.len() == 2)).await;
        assert_eq!(gross().await, [-700, 700]);
        app.caught_up().await;
        app.mail_is_out().await;
        assert_eq!(app.mails("ada@example.com").await.len(), before);
        app.counted(24_600).await;
        app.stop().await;
    }
}
