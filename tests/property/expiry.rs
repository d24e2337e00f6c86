//! No token outlives its time to live, nor the right that it tells of.

use masthead::{
    domain::{
        entitlement::{Entitlement, Source},
        id::EntitlementId,
        time::Window,
    },
    flow::issue_token,
    store,
};

use crate::support::{SeededEntropy, TestApp, TestDatabase, on_both_databases};

on_both_databases! {
    async fn a_token_ends_with_its_right_or_its_time_to_live(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let context = &app.context;
        let chance = SeededEntropy::new(5);
        let mut conn = context.store.read().await.unwrap();
        let site = store::site::find_by_slug(&mut conn, "demo-paper").await.unwrap().unwrap();
        let plan_id = store::plan::list(&mut conn).await.unwrap()[0].id.clone();
        drop(conn);
        for number in 0..60 {
            let email = format!("reader{number}@example.com");
            let browser = app.browser();
            browser.sign_in(&app, &email).await;
            let me = browser.me().await.unwrap();
            let member_id = masthead::domain::id::MemberId::parse(me["id"].as_str().unwrap()).unwrap();
            // From already over to beyond the time to live, and rights that never end.
            let seconds = chance.below(1_300) as i64 - 100;
            let now = context.clock.business();
            let until = (number % 10 != 0).then(|| now.plus_seconds(seconds));
            let right = Entitlement {
                id: EntitlementId::mint(now, context.entropy.as_ref()),
                member_id: member_id.clone(),
                plan_id: plan_id.clone(),
                source: Source::Gift,
                subscription_id: None,
                window: Window { from: now.plus_seconds(-1_000), until },
                settled_at: Some(now),
            };
            let mut tx = context.store.begin().await.unwrap();
            store::entitlement::insert(&mut tx, &right, now).await.unwrap();
            let member = store::member::find(&mut tx, &member_id).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            let issued = issue_token::issue(context, &member, &site).await.unwrap();
            let claims = context.keyring.verify_access(&issued.access_token, &issue_token::issuer(context), &[&site.audience], context.clock.wall());
            let opens = issued.gates.iter().any(|gate| gate == "members");
            let holds = until.is_none_or(|until| until > now);
            assert_eq!(opens, holds, "{seconds} s");
            assert!(issued.expires_in_seconds <= 600, "{} s", issued.expires_in_seconds);
            if let (true, Some(_)) = (opens, until) {
                assert!(issued.expires_in_seconds <= seconds, "{} s of {seconds} s", issued.expires_in_seconds);
            }
            if let Ok(claims) = claims {
                assert_eq!(claims.exp - claims.iat, issued.expires_in_seconds);
            } else {
                assert!(issued.expires_in_seconds <= 0, "a token that is told to last verifies: {claims:?}");
            }
        }
        app.stop().await;
    }
}
