//! The keys that sign tokens: rotated under load, revoked at once, on every node.

use std::process::Command;

use masthead::{
    domain::{actor::Actor, time::DAY_MILLIS},
    flow::{
        publish_keys,
        rotate_keys::{self, KeyState, RotateError},
    },
};
use serde_json::{Value, json};

use crate::{
    expect::{good, problem},
    support::{TestApp, TestDatabase, on_both_databases, until},
};

const DAY_SECONDS: i64 = DAY_MILLIS / 1_000;

async fn kids(app: &TestApp) -> Vec<String> {
    let set: Value = good(app.http.get(app.address("/.well-known/jwks.json")).send().await.unwrap()).await;
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn states(app: &TestApp) -> Vec<KeyState> {
    rotate_keys::list(&app.context).await.unwrap().into_iter().map(|(_, state)| state).collect()
}

async fn token(browser: &crate::support::Browser) -> String {
    good(browser.post("/v1/token", &json!({})).await).await["access_token"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&head).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn is_believed(app: &TestApp, token: &str) -> bool {
    let body = json!({ "gate": "members", "article": crate::expect::STORY });
    let answer = app.http.post(app.address("/v1/access")).bearer_auth(token).json(&body).send().await.unwrap();
    answer.status() == 200 && good(answer).await["decision"] == "open"
}

on_both_databases! {
    async fn fault_29_the_active_and_the_next_key_are_published_and_rotation_rejects_no_valid_token(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let before = kids(&app).await;
        assert_eq!((before.len(), states(&app).await), (2, vec![KeyState::Active, KeyState::Next]));
        let old = token(&member).await;
        assert_eq!(kid(&old), before[0]);

        let early = rotate_keys::rotate(&app.context, &Actor::CommandLine).await.unwrap_err();
        assert!(matches!(early, RotateError::TooEarly { .. }), "{early}");
        app.clock.advance_wall_seconds(601);
        let old = [old, token(&member).await];
        assert_eq!(rotate_keys::rotate(&app.context, &Actor::CommandLine).await.unwrap(), before[1]);
        let after = kids(&app).await;
        assert_eq!((after.len(), &after[..2]), (3, &before[..]), "the old one stays published, a next one is there");
        let new = token(&member).await;
        assert_eq!(kid(&new), before[1]);
        assert!(is_believed(&app, &old[1]).await && is_believed(&app, &new).await);

        app.clock.advance_wall_seconds(2 * DAY_SECONDS);
        publish_keys::refresh(&app.context).await.unwrap();
        assert_eq!(kids(&app).await, after[1..], "what no token needs is no longer published");
        app.stop().await;
    }

    async fn fault_30_a_revoked_key_is_gone_now_and_on_other_nodes_within_seconds(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member("ada@example.com").await;
        let stolen = token(&member).await;
        assert!(is_believed(&app, &stolen).await);
        // As the command line does it, on a ring of its own: this node has to notice by itself.
        let mut elsewhere = app.context.clone();
        elsewhere.keyring = std::sync::Arc::default();
        rotate_keys::revoke(&elsewhere, &kid(&stolen), &Actor::CommandLine).await.unwrap();
        until("the key to be gone", || async {
            (!is_believed(&app, &stolen).await && !kids(&app).await.contains(&kid(&stolen))).then_some(())
        })
        .await;
        let fresh = token(&member).await;
        assert!(is_believed(&app, &fresh).await && kid(&fresh) != kid(&stolen));
        assert_eq!(states(&app).await, [KeyState::Revoked, KeyState::Active, KeyState::Next]);
        let again = rotate_keys::revoke(&elsewhere, &kid(&stolen), &Actor::CommandLine).await.unwrap_err();
        assert!(matches!(again, RotateError::UnknownKey));
        problem(app.browser().post("/v1/token", &json!({})).await, 401, "sign_in_required").await;
        app.stop().await;
    }

    async fn the_command_line_lists_rotates_and_revokes(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let url = app.database.url.clone();
        let masthead = |arguments: &[&str], secret: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_masthead"));
            command.arg("keys").args(arguments).env("DATABASE_URL", &url).env("MASTHEAD__SECRETS__MASTER", secret);
            let output = command.env("RUST_BACKTRACE", "0").output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8(said).unwrap())
        };
        let secret = "07".repeat(32);
        let before = kids(&app).await;
        let (well, said) = masthead(&["list"], "");
        assert!(well && said.contains(&format!("{}  signs ", before[0])) && said.contains(&format!("{}  next ", before[1])), "{said}");
        let (well, said) = masthead(&["rotate"], &secret);
        assert!(!well && said.contains("others may not know it yet"), "{said}");
        let (well, said) = masthead(&["revoke", &before[0]], "");
        assert!(!well && said.contains("secrets.master"), "{said}");
        // One id in 64 begins with a hyphen.
        for nobody in ["nobody", "-9M7Na8EJimd"] {
            let (well, said) = masthead(&["revoke", nobody], &secret);
            assert!(!well && said.contains("no such key"), "{nobody}: {said}");
        }
        let (well, said) = masthead(&["revoke", &before[0]], &secret);
        assert!(well && said.contains("is revoked") && said.contains(&format!("{}  signs ", before[1])), "{said}");
        let (well, said) = masthead(&["revoke", &before[1]], &"08".repeat(32));
        assert!(well && said.contains("is revoked") && said.contains("another master secret"), "{said}");
        app.stop().await;
    }
}
