//! Fault 45: what everybody may fetch says nothing that is not everybody's: no private halves of keys, no addresses, no ids of the
//! gateway's, nothing that is not published yet.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    expect::good,
    foreign_ids::two_sites,
    support::{TestApp, TestDatabase, on_both_databases},
};

/// How Stripe's own ids and secrets begin.
const GATEWAYS: [&str; 14] = [
    "cus_", "sub_", "prod_", "price_", "cs_test", "cs_live", "pi_", "in_1", "evt_", "acct_", "sk_", "rk_", "whsec_",
    "bps_",
];
/// How our own secrets and the ids of what is somebody's begin: behind the prefix stands a moment of this century.
const OURS: [&str; 11] =
    ["mem_0", "per_0", "ses_0", "att_0", "ent_0", "mbs_0", "chk_0", "site_0", "sec_0", "mss_", "PRIVATE KEY"];

async fn json(app: &TestApp, path: &str) -> Value {
    good(app.http.get(app.address(path)).send().await.unwrap()).await
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

on_both_databases! {
    async fn the_key_set_has_no_private_half(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let set = json(&app, "/.well-known/jwks.json").await;
        assert_eq!(keys(&set), BTreeSet::from(["keys"]));
        let published = set["keys"].as_array().unwrap();
        assert!(published.len() >= 2, "the one that signs and the next one");
        for key in published {
            assert_eq!(keys(key), BTreeSet::from(["alg", "crv", "kid", "kty", "use", "x", "y"]), "{key}");
        }
        // What is kept of the other half is nowhere in it.
        let mut conn = app.context.store.read().await.unwrap();
        let stored = masthead::store::signing_key::list(&mut conn).await.unwrap();
        for key in stored {
            let private = app.context.secret.open(&key.private_sealed).unwrap();
            assert!(!set.to_string().contains(&key.private_sealed));
            // A PKCS#8 of this curve holds the scalar in 32 bytes somewhere: no window of it may be published.
            use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
            let scalar = &private[36..68];
            assert!(!set.to_string().contains(&URL_SAFE_NO_PAD.encode(scalar)));
        }
        drop(conn);
        app.stop().await;
    }

    async fn public_answers_name_nobody_and_nothing_of_the_gateways(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let member = app.member("ada.lovelace@example.com").await;
        app.counted(24_601).await;
        let me = member.me().await.unwrap();
        let paths = [
            "/",
            "/campaigns/25000-members",
            "/join",
            "/sign-in",
            "/v1/campaigns",
            "/v1/campaigns/25000-members",
            "/v1/campaigns/25000-members/fragment.html",
            "/embed/25000-members",
            "/masthead.js",
            "/masthead.css",
            "/v1/plans",
            "/.well-known/jwks.json",
            "/healthz",
            "/readyz",
            "/assets/theme.css",
            "/nothing",
            "/v1/nothing",
            "/problems/internal",
            "/v1/continue?site=islands",
            "/v1/authorize-request",
        ];
        for path in paths {
            let answer = app.http.get(app.address(path)).header("x-gate", "members").send().await.unwrap();
            let head = format!("{:?}", answer.headers());
            let body = answer.text().await.unwrap();
            // The demonstration's band links its own sandbox: an address, no id.
            let said = format!("{head}\n{body}");
            for word in GATEWAYS.iter().chain(&OURS) {
                assert!(!said.contains(word), "{path} says {word}: {said}");
            }
            for word in ["ada.lovelace", "example.com", me["id"].as_str().unwrap(), "Unannounced", "hidden-plans"] {
                assert!(!said.contains(word), "{path} says {word}: {said}");
            }
        }
        app.stop().await;
    }

    async fn each_public_answer_has_the_documented_fields_alone(db: TestDatabase) {
        let app = TestApp::start_with(db, two_sites()).await;
        let plans = json(&app, "/v1/plans").await;
        assert_eq!(keys(&plans), BTreeSet::from(["items", "next_cursor"]));
        for plan in plans["items"].as_array().unwrap() {
            let fields = ["description", "gates", "id", "prices", "slug", "title"];
            assert_eq!(keys(plan), BTreeSet::from(fields), "{plan}");
            for price in plan["prices"].as_array().unwrap() {
                let mut fields = BTreeSet::from(["amount_minor", "currency", "id", "interval", "tax"]);
                fields.extend((price["interval"] == "once").then_some("own_amount"));
                assert_eq!(keys(price), fields, "{price}");
            }
        }
        let campaigns = json(&app, "/v1/campaigns").await;
        assert_eq!(campaigns["items"].as_array().unwrap().len(), 1, "the public one alone: {campaigns}");
        let campaign = json(&app, "/v1/campaigns/25000-members").await;
        let fields = [
            "slug", "title", "pitch", "state", "outcome", "count", "settling", "goal", "percent", "remaining", "nearly",
            "counting", "starts_at", "start_count", "ends_at", "time_zone", "stretch_goals", "milestones", "join_url", "as_of", "version",
        ];
        assert_eq!(keys(&campaign), BTreeSet::from(fields));
        let counting = ["who", "basis", "net", "sources", "offset", "rule"];
        assert_eq!(keys(&campaign["counting"]), BTreeSet::from(counting));
        app.stop().await;
    }
}
