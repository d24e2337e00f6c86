//! A site's own secret: the other way than PKCE to exchange a continue code.

use masthead::{
    domain::actor::Actor,
    flow::make_site_secret::{self, SiteSecretError},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    continue_site::{challenge, exchange, path, query, shown},
    expect::{STORY, fault, good, problem},
    support::{Browser, TestApp, TestDatabase, location, on_both_databases},
};

const SITE: &str = "demo-paper";

async fn make(app: &TestApp) -> (String, String) {
    let made = make_site_secret::make(&app.context, SITE, &Actor::CommandLine).await.unwrap();
    (made.id.to_string(), made.secret)
}

/// A code that was asked for without a challenge.
async fn code(reader: &Browser) -> String {
    let answer = reader.get(&path(SITE, STORY, "").replace("&code_challenge=", "")).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{}", answer.text().await.unwrap());
    query(&location(&answer), "code").expect("a code")
}

fn with_secret(code: &str, secret: &str) -> Value {
    json!({ "site": SITE, "code": code, "site_secret": secret, "return_to": STORY })
}

on_both_databases! {
    async fn a_code_is_exchanged_for_the_sites_secret(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let (_, secret) = make(&app).await;
        let first = code(&member).await;
        let issued = good(exchange(&app, &with_secret(&first, &secret)).await).await;
        assert_eq!((&issued["token_type"], &issued["gates"]), (&json!("Bearer"), &json!(["members", "registered"])));
        problem(exchange(&app, &with_secret(&first, &secret)).await, 400, "continue_code_invalid").await;
        // Both ways at once, for whoever wants both.
        let answer = member.get(&path(SITE, STORY, &challenge(crate::continue_site::VERIFIER))).await;
        let mut both = shown(&query(&location(&answer), "code").unwrap());
        both["site_secret"] = json!(secret);
        good(exchange(&app, &both).await).await;
        app.stop().await;
    }

    async fn neither_way_can_be_weakened_into_the_other(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        let with_challenge = async || {
            let answer = reader.get(&path(SITE, STORY, &challenge(crate::continue_site::VERIFIER))).await;
            query(&location(&answer), "code").unwrap()
        };
        // A site without a secret must send a challenge.
        let bare = path(SITE, STORY, "").replace("&code_challenge=", "");
        assert_eq!(reader.get(&bare).await.status(), 422);
        let (_, secret) = make(&app).await;
        assert_eq!(reader.get(&bare.replace("state=s%26t%3D1", "")).await.status(), 422, "a state is needed then");
        // Asked for with a challenge: the secret alone is not enough, and a wrong secret beside the verifier is too much.
        problem(exchange(&app, &with_secret(&with_challenge().await, &secret)).await, 400, "continue_code_invalid").await;
        let mut both = shown(&with_challenge().await);
        both["site_secret"] = json!("mss_wrong");
        problem(exchange(&app, &both).await, 400, "continue_code_invalid").await;
        // Asked for without: a verifier of one's own choice is nothing.
        problem(exchange(&app, &shown(&code(&reader).await)).await, 400, "continue_code_invalid").await;
        let mut both = shown(&code(&reader).await);
        both["site_secret"] = json!(secret);
        problem(exchange(&app, &both).await, 400, "continue_code_invalid").await;
        let neither = json!({ "site": SITE, "code": code(&reader).await, "return_to": STORY });
        fault(exchange(&app, &neither).await, "code_verifier", "missing").await;
        app.stop().await;
    }

    async fn two_secrets_live_at_once_and_a_revoked_one_is_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let reader = app.browser();
        reader.sign_in(&app, "reader@example.com").await;
        let ((old_id, old), (_, new)) = (make(&app).await, make(&app).await);
        assert!(old.starts_with("mss_") && old.len() == 47 && old != new, "256 bits each");
        for secret in [&old, &new] {
            good(exchange(&app, &with_secret(&code(&reader).await, secret)).await).await;
        }
        let third = make_site_secret::make(&app.context, SITE, &Actor::CommandLine).await;
        assert!(matches!(third, Err(SiteSecretError::TwoLive)));
        make_site_secret::revoke(&app.context, &old_id, &Actor::CommandLine).await.unwrap();
        let again = make_site_secret::revoke(&app.context, &old_id, &Actor::CommandLine).await;
        assert!(matches!(again, Err(SiteSecretError::UnknownSecret)));
        let cut = &new[..46];
        for wrong in [old.as_str(), "", "mss_", cut, &new.to_uppercase(), &format!("{new}x")] {
            let spent = code(&reader).await;
            problem(exchange(&app, &with_secret(&spent, wrong)).await, 400, "continue_code_invalid").await;
            // Whoever shows a code with a wrong secret has stolen it: it is spent.
            problem(exchange(&app, &with_secret(&spent, &new)).await, 400, "continue_code_invalid").await;
        }
        good(exchange(&app, &with_secret(&code(&reader).await, &new)).await).await;
        let unknown = make_site_secret::make(&app.context, "nothing", &Actor::CommandLine).await;
        assert!(matches!(unknown, Err(SiteSecretError::UnknownSite { .. })));
        app.stop().await;
    }

    async fn the_secret_is_nowhere_but_with_the_site(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (id, secret) = make(&app).await;
        let mut conn = app.context.store.read().await.unwrap();
        let site = masthead::store::site::find_by_slug(&mut conn, SITE).await.unwrap().unwrap();
        let hashes = masthead::store::site_secret::live_hashes(&mut conn, &site.id).await.unwrap();
        assert!(hashes.iter().all(|(_, hash)| hash.len() == 64 && !hash.contains(&secret[4..])), "{hashes:?}");
        let listed = make_site_secret::list(&app.context).await.unwrap();
        assert_eq!((listed[0].id.as_str(), listed[0].last_used_at), (id.as_str(), None));
        assert!(!format!("{listed:?}").contains(&secret));
        make_site_secret::revoke(&app.context, &id, &Actor::CommandLine).await.unwrap();
        let actions = masthead::store::audit::list_actions(&mut conn, site.id.as_str()).await.unwrap();
        assert!(actions.ends_with(&["site_secret.made".to_owned(), "site_secret.revoked".to_owned()]), "{actions:?}");
        drop(conn);
        app.stop().await;
    }
}
