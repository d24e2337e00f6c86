//! Fault 27: an address changes only when the new one answers in the member's own session; the old one is told, other
//! sessions end.

use reqwest::StatusCode;

use crate::support::{Browser, TestApp, TestDatabase, location, on_both_databases, until};

const OLD: &str = "ada@example.com";
const NEW: &str = "ada.quay@example.com";

async fn token(app: &TestApp, email: &str) -> String {
    let mail = app.mail(email, 1).await;
    let link = mail.links.iter().find(|link| link.contains("/account/confirm-email?")).expect("a link that confirms");
    link.split_once("token=").unwrap().1.to_owned()
}

async fn email_of(browser: &Browser) -> Option<String> {
    browser.me().await.map(|me| me["email"].as_str().unwrap().to_owned())
}

on_both_databases! {
    async fn an_address_changes_for_its_owner_alone(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (member, elsewhere, stranger) = (app.browser(), app.browser(), app.browser());
        member.sign_in(&app, OLD).await;
        elsewhere.sign_in(&app, OLD).await;
        stranger.sign_in(&app, "eve@example.com").await;
        assert_eq!(member.submit("/account/email", &[("email", NEW)]).await.status(), StatusCode::OK);
        let token = token(&app, NEW).await;
        let path = format!("/account/confirm-email?token={token}");

        // Looking changes nothing, and nobody else's session can confirm.
        assert_eq!(member.get(&path).await.status(), StatusCode::OK);
        assert!(!stranger.submit("/account/confirm-email", &[("token", &token)]).await.status().is_redirection());
        assert!(!app.browser().submit("/account/confirm-email", &[("token", &token)]).await.status().is_redirection());
        assert_eq!(email_of(&member).await.as_deref(), Some(OLD));
        assert_eq!(email_of(&stranger).await.as_deref(), Some("eve@example.com"));
        // Nor is the link one that signs in.
        let body = serde_json::json!({ "token": token });
        assert_eq!(app.browser().post("/v1/sign-in/verify", &body).await.status(), StatusCode::UNPROCESSABLE_ENTITY);

        let done = member.submit("/account/confirm-email", &[("token", &token)]).await;
        assert!(location(&done).contains("/account"), "{}", done.status());
        assert_eq!(email_of(&member).await.as_deref(), Some(NEW));
        assert!(elsewhere.me().await.is_none(), "other sessions end");
        let told = until("the mail to the old address", || async {
            app.mails(OLD).await.into_iter().find(|mail| mail.subject.contains("changed"))
        })
        .await;
        assert!(
            !told.text.contains(NEW) && !told.html.contains(NEW),
            "whoever reads the old mail learns the new address"
        );

        // Used up; and the old address is nobody's way in to this member any more.
        assert!(!member.submit("/account/confirm-email", &[("token", &token)]).await.status().is_redirection());
        let late = app.browser();
        late.sign_in(&app, OLD).await;
        assert_ne!(late.me().await.unwrap()["id"], member.me().await.unwrap()["id"]);
        app.stop().await;
    }

    async fn an_address_that_is_anothers_is_not_taken_over(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (member, other) = (app.browser(), app.browser());
        member.sign_in(&app, OLD).await;
        other.sign_in(&app, NEW).await;
        let asked = member.submit("/account/email", &[("email", NEW)]).await;
        let said = asked.text().await.unwrap();
        let free = member.submit("/account/email", &[("email", "free@example.com")]).await.text().await.unwrap();
        let plain = |text: &str, email: &str| text.replace(email, "ADDRESS");
        assert_eq!(plain(&said, NEW), plain(&free, "free@example.com"), "whose an address is, is nobody's business");
        let mail = app.mail(NEW, 2).await;
        let link = mail.links.iter().find(|link| link.contains("/account/confirm-email?")).expect("a link");
        let token = link.split_once("token=").unwrap().1;
        assert!(!member.submit("/account/confirm-email", &[("token", token)]).await.status().is_redirection());
        assert_eq!(email_of(&member).await.as_deref(), Some(OLD));
        assert_eq!(email_of(&other).await.as_deref(), Some(NEW));
        app.stop().await;
    }
}
