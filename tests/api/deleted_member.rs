//! A member who was deleted: what they still hold opens nothing.

use reqwest::header;
use serde_json::json;

use crate::{
    continue_site::{code, exchange, shown},
    expect::{STORY, good, problem},
    support::{TestApp, TestDatabase, on_both_databases},
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
}
