//! `/cancel` and `POST /v1/cancellations`: cancelling and withdrawing without signing in.

use masthead::{
    domain::{
        actor::Actor,
        cancellation::{self, State},
        id::CancellationId,
    },
    flow::take_up_cancellation,
    store,
};
use serde_json::{Value, json};

use crate::{
    expect::{fault, good, problem},
    support::{AppOptions, Browser, Mail, TestApp, TestDatabase, on_both_databases, until},
};

const DAY_SECONDS: i64 = 86_400;
const ADA: &str = "ada@example.com";

fn declaration(kind: &str, email: &str) -> Value {
    json!({ "kind": kind, "name": "Ada Lovelace", "email": email, "membership": "Supporter" })
}

/// Declares and waits for the answer by mail.
async fn declared(app: &TestApp, body: &Value) -> (Value, Mail) {
    let email = body["email"].as_str().unwrap();
    let before: Vec<String> = app.mails(email).await.into_iter().map(|mail| mail.id).collect();
    let answer = good(app.browser().post("/v1/cancellations", body).await).await;
    let is_answer = |mail: &Mail| mail.subject.starts_with("We have your") && !before.contains(&mail.id);
    let mail = until("the answer", || async { app.mails(email).await.into_iter().find(is_answer) }).await;
    (answer, mail)
}

async fn subscription(app: &TestApp, wanted: impl Fn(&Value) -> bool) -> Value {
    until("the subscription as wanted", || async {
        app.stripe("subscriptions?status=all").await.into_iter().find(&wanted)
    })
    .await
}

async fn state_of(app: &TestApp, answer: &Value) -> State {
    let id = CancellationId::parse(answer["id"].as_str().unwrap()).unwrap();
    let mut conn = app.database.store.read().await.unwrap();
    store::cancellation::find(&mut conn, &id).await.unwrap().unwrap().state
}

async fn subscription_state(member: &Browser, state: &str) -> Value {
    until(&format!("a subscription that is {state}"), || async {
        member.me().await.map(|me| me["subscription"].clone()).filter(|one| one["state"] == state)
    })
    .await
}

on_both_databases! {
    async fn an_ordinary_cancellation_ends_with_what_is_paid_and_can_be_taken_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member(ADA).await;
        let (answer, mail) = declared(&app, &declaration("ordinary", " Ada@Example.com ")).await;
        let at_stripe = subscription(&app, |one| one["cancel_at_period_end"] == true).await;
        assert_eq!(at_stripe["status"], "active");
        assert_eq!(state_of(&app, &answer).await, State::Arranged);
        let id = CancellationId::parse(answer["id"].as_str().unwrap()).unwrap();
        let reference = format!("Reference: {}", cancellation::reference(&id));
        assert!(!mail.text.contains("can_"), "nobody reads a whole id out: {}", mail.text);
        for words in
            ["Cancel my membership", "Name: Ada Lovelace", "Membership: Supporter", "Received on: ", &reference, "and ends on"]
        {
            assert!(mail.text.contains(words), "{words} is not in\n{}", mail.text);
        }
        assert!(mail.links.contains(&app.address("/account")), "{:?}", mail.links);
        let cancelling = subscription_state(&member, "cancelling").await;
        assert_eq!(cancelling["cancel_at"], cancelling["current_period_end"]);

        // Declared again, it is arranged already; a press of the portal's button takes it back.
        let (again, _) = declared(&app, &declaration("ordinary", ADA)).await;
        assert_eq!(state_of(&app, &again).await, State::Arranged);
        let path = format!("{}/v1/subscriptions/{}", app.sandbox.url(), at_stripe["id"].as_str().unwrap());
        let resume = app.http.post(path).bearer_auth(crate::support::API_KEY).form(&[("cancel_at_period_end", "false")]);
        good(resume.send().await.unwrap()).await;
        subscription_state(&member, "active").await;
        app.stop().await;
    }

    async fn one_that_has_ended_meanwhile_is_not_ended_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        drop(app.member(ADA).await);
        app.caught_up().await;
        // It ends at Stripe, and nobody tells us before the declaration is taken up.
        let chaos = app.http.post(format!("{}/_sandbox/chaos", app.sandbox.url()));
        good(chaos.json(&json!({ "drop": 1.0 })).send().await.unwrap()).await;
        let id = app.stripe("subscriptions").await[0]["id"].as_str().unwrap().to_owned();
        let end = app.http.delete(format!("{}/v1/subscriptions/{id}", app.sandbox.url()));
        good(end.bearer_auth(crate::support::API_KEY).send().await.unwrap()).await;
        let (answer, _) = declared(&app, &declaration("ordinary", ADA)).await;
        assert_eq!(state_of(&app, &answer).await, State::Arranged);
        until("the call to be over", || async {
            let mut conn = app.context.store.read().await.unwrap();
            let waiting = "SELECT COUNT(*) FROM outbox WHERE kind = 'end_subscription' AND sent_at IS NULL";
            let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *conn).await.unwrap();
            (waiting == 0).then_some(())
        })
        .await;
        app.stop().await;
    }

    async fn a_later_day_is_kept_to(db: TestDatabase) {
        let app = TestApp::start(db).await;
        drop(app.member(ADA).await);
        let day = app.clock.business().plus_seconds(60 * DAY_SECONDS).in_zone("Europe/Lisbon").date();
        let mut body = declaration("ordinary", ADA);
        body["on"] = json!(day.to_string());
        let (_, mail) = declared(&app, &body).await;
        let ends_at = masthead::domain::time::day_begins(day, "Europe/Lisbon");
        subscription(&app, |one| one["cancel_at"] == ends_at.seconds()).await;
        assert!(mail.text.contains(&format!("To end on: {}", day.day())), "{}", mail.text);
        app.stop().await;
    }

    async fn a_withdrawal_within_14_days_ends_it_and_sends_everything_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member(ADA).await;
        app.counted(24_601).await;
        let (answer, mail) = declared(&app, &declaration("withdrawal", ADA)).await;
        assert_eq!(state_of(&app, &answer).await, State::Withdrawn);
        assert!(mail.text.contains("The contract is undone"), "{}", mail.text);
        subscription(&app, |one| one["status"] == "canceled").await;
        let refunds = until("the refund", || async {
            Some(app.stripe("refunds").await).filter(|refunds| !refunds.is_empty())
        })
        .await;
        assert_eq!((refunds.len(), &refunds[0]["amount"]), (1, &json!(700)));
        app.counted(24_600).await;
        let me = member.me().await.unwrap();
        assert_ne!(me["subscription"]["state"], "active", "{me}");
        app.stop().await;
    }

    async fn a_withdrawal_after_14_days_is_an_ordinary_cancellation(db: TestDatabase) {
        let app = TestApp::start(db).await;
        drop(app.member(ADA).await);
        app.clock.advance_business_seconds(16 * DAY_SECONDS).await;
        let (answer, mail) = declared(&app, &declaration("withdrawal", ADA)).await;
        assert_eq!(state_of(&app, &answer).await, State::Arranged);
        assert!(mail.text.contains("we treat this as an ordinary cancellation"), "{}", mail.text);
        subscription(&app, |one| one["cancel_at_period_end"] == true && one["status"] == "active").await;
        assert!(app.stripe("refunds").await.is_empty());
        app.stop().await;
    }

    async fn who_withdraws_from_a_gift_they_paid_is_looked_at_by_staff(db: TestDatabase) {
        let app = TestApp::start(db).await;
        crate::gifts::give(&app, &app.browser(), json!({ "recipient_email": "ben@example.com" })).await;
        crate::gifts::code(&app, "ben@example.com").await;
        let (answer, mail) = declared(&app, &declaration("withdrawal", ADA)).await;
        assert_eq!(state_of(&app, &answer).await, State::Open);
        assert!(mail.text.contains("Somebody at the newsroom looks at it"), "{}", mail.text);
        assert_eq!(take_up_cancellation::list_open(&app.context).await.unwrap().len(), 1);
        let (answer, _) = declared(&app, &declaration("ordinary", ADA)).await;
        assert_eq!(state_of(&app, &answer).await, State::Unmatched, "nothing runs that could be cancelled");
        app.clock.advance_business_seconds(16 * DAY_SECONDS).await;
        let (answer, _) = declared(&app, &declaration("withdrawal", ADA)).await;
        assert_eq!(state_of(&app, &answer).await, State::Unmatched, "the 14 days are over");
        app.stop().await;
    }

    async fn for_cause_staff_are_told_and_nothing_changes(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let member = app.member(ADA).await;
        fault(app.browser().post("/v1/cancellations", &declaration("for_cause", ADA)).await, "reason", "missing").await;
        let mut body = declaration("for_cause", ADA);
        body["reason"] = json!("You moved the paper\nto another country.");
        let (answer, mail) = declared(&app, &body).await;
        assert_eq!(state_of(&app, &answer).await, State::Open);
        assert!(mail.text.contains("to another country."), "{}", mail.text);
        assert_eq!(member.me().await.unwrap()["subscription"]["state"], "active");
        let open = take_up_cancellation::list_open(&app.context).await.unwrap();
        assert_eq!((open.len(), open[0].1.as_deref()), (1, Some(ADA)));
        let id = open[0].0.id.clone();
        assert!(take_up_cancellation::settle(&app.context, &id, &Actor::CommandLine).await.unwrap());
        assert!(!take_up_cancellation::settle(&app.context, &id, &Actor::CommandLine).await.unwrap());
        assert!(take_up_cancellation::list_open(&app.context).await.unwrap().is_empty());
        app.stop().await;
    }

    // Fault 21: the body, the status, the headers and the number of mails; tests/api/alike.rs has the time.
    async fn known_and_unknown_addresses_are_answered_alike(db: TestDatabase) {
        let app = TestApp::start(db).await;
        drop(app.member(ADA).await);
        let mut told = Vec::new();
        for (email, mails_before) in [(ADA, app.mails(ADA).await.len()), ("nobody@example.com", 0)] {
            let answer = app.browser().post("/v1/cancellations", &declaration("ordinary", email)).await;
            let mut names: Vec<String> = answer.headers().keys().map(ToString::to_string).collect();
            names.sort();
            let status = answer.status();
            let body = good(answer).await;
            let fields: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
            app.mail(email, mails_before + 1).await;
            assert_eq!(app.mails(email).await.len(), mails_before + 1, "one mail to {email}");
            told.push((status, names, fields));
        }
        assert_eq!(told[0], told[1]);
        let unknown = app.mail("nobody@example.com", 1).await;
        assert!(unknown.text.contains("We found no running membership"), "{}", unknown.text);
        app.stop().await;
    }

    async fn the_same_key_declares_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let send = |body: Value| {
            let request = app.http.post(app.address("/v1/cancellations")).header("idempotency-key", "a-key-of-mine");
            request.json(&body).send()
        };
        let body = declaration("ordinary", ADA);
        let first = good(send(body.clone()).await.unwrap()).await;
        assert_eq!(good(send(body).await.unwrap()).await, first);
        problem(send(declaration("withdrawal", ADA)).await.unwrap(), 409, "idempotency_mismatch").await;
        app.mail(ADA, 1).await;
        app.stop().await;
    }

    async fn what_cannot_be_read_is_told_and_kept_nowhere(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for (field, value, code) in [
            ("kind", "later", "unknown"),
            ("name", " ", "missing"),
            ("name", "Ada\u{0}", "control_characters"),
            ("email", "ada@", "email_invalid"),
            ("on", "31.12.2099", "malformed"),
            ("on", "2020-01-01", "in_past"),
            ("on", "2099-01-01", "too_far"),
        ] {
            let mut body = declaration("ordinary", ADA);
            body[field] = json!(value);
            fault(app.browser().post("/v1/cancellations", &body).await, field, code).await;
        }
        let mut conn = app.database.store.read().await.unwrap();
        let kept = store::cancellation::list(&mut conn, State::Received, 10).await.unwrap();
        assert!(kept.is_empty() && app.mails(ADA).await.is_empty());
        drop(conn);
        app.stop().await;
    }

    async fn budgets_hold_and_a_victim_can_still_declare(db: TestDatabase) {
        let few = |config: &mut masthead::config::Config| {
            config.limits.cancellations_per_client_hour = 4;
            config.limits.cancellation_mails_per_address_hour = 2;
        };
        let app = TestApp::start_with(db, AppOptions { settings: Box::new(few), ..AppOptions::default() }).await;
        let browser = app.browser();
        let mut last = Value::Null;
        for _ in 0..4 {
            last = good(browser.post("/v1/cancellations", &declaration("ordinary", ADA)).await).await;
        }
        let refused = browser.post("/v1/cancellations", &declaration("ordinary", ADA)).await;
        assert!(refused.headers().contains_key("retry-after"));
        problem(refused, 429, "rate_limited").await;
        // All four are kept and taken up; two were answered.
        until("the fourth to be taken up", || async {
            (state_of(&app, &last).await == State::Unmatched).then_some(())
        })
        .await;
        app.mail(ADA, 2).await;
        assert_eq!(app.mails(ADA).await.len(), 2);
        app.stop().await;
    }

    async fn the_page_asks_shows_and_confirms(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let browser = app.browser();
        let form = browser.get("/cancel?kind=withdrawal").await.text().await.unwrap();
        assert!(form.contains("value=\"withdrawal\" required checked") && form.contains("Supporter"), "{form}");
        assert_eq!(browser.submit("/cancel", &[("kind", "ordinary")]).await.status(), 422);
        let fields = [("kind", "withdrawal"), ("name", "<b>Ada</b>"), ("email", ADA)];
        let check = browser.submit("/cancel", &fields).await.text().await.unwrap();
        assert!(check.contains(">Confirm withdrawal</button>") && !check.contains("<b>Ada"), "{check}");
        let ordinary = browser.submit("/cancel", &[("kind", "ordinary"), ("name", "Ada"), ("email", ADA)]).await;
        assert!(ordinary.text().await.unwrap().contains(">Cancel now</button>"));
        assert!(app.mails(ADA).await.is_empty(), "nothing is sent before the button");
        let key = check.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let confirmed: Vec<_> = fields.into_iter().chain([("key", key.as_str())]).collect();
        let mut told = Vec::new();
        for _ in 0..2 {
            let answer = browser.submit("/cancel/confirm", &confirmed).await;
            assert_eq!(answer.status(), 200);
            let page = answer.text().await.unwrap();
            assert!(page.contains("Received on") && page.contains(ADA) && !page.contains("can_"), "{page}");
            told.push(page.split("Reference</dt> <dd>").nth(1).unwrap()[..9].to_owned());
        }
        assert_eq!(told[0], told[1], "pressed twice, it is one declaration");
        let found = take_up_cancellation::find(&app.context, &told[0].to_lowercase()).await.unwrap();
        assert_eq!((found.len(), found[0].1.as_deref()), (1, Some(ADA)), "staff find it by what is read out");
        let by_id = take_up_cancellation::find(&app.context, found[0].0.id.as_str()).await.unwrap();
        assert_eq!(by_id, found);
        assert!(take_up_cancellation::find(&app.context, "0000-0000").await.unwrap().is_empty());
        assert!(take_up_cancellation::find(&app.context, "%").await.unwrap().is_empty());
        app.mail(ADA, 1).await;
        problem_page(&browser).await;
        app.stop().await;
    }
}

/// A form from another website is refused.
async fn problem_page(browser: &Browser) {
    let answer = browser.http.post(browser.address("/cancel/confirm")).header("origin", "https://evil.example");
    assert_eq!(answer.form(&[("kind", "ordinary")]).send().await.unwrap().status(), 403);
}
