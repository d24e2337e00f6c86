//! A membership's life as its history and mail tell it: every change is one line and one mail, though each webhook comes twice.

use masthead::{
    domain::{id::CheckoutId, time::Moment},
    store,
};
use serde_json::{Value, json};

use crate::{
    expect::{CAMPAIGN, good},
    notices::{ADA, account, count, join, newsroom, pass, told, update},
    support::{API_KEY, Browser, Card, TestApp, TestDatabase, on_both_databases, until},
};

async fn subscription(app: &TestApp) -> Value {
    app.stripe("subscriptions?status=all").await[0].clone()
}

async fn id(app: &TestApp) -> String {
    subscription(app).await["id"].as_str().unwrap().to_owned()
}

async fn charge(app: &TestApp) -> String {
    app.stripe("charges").await[0]["id"].as_str().unwrap().to_owned()
}

async fn control(app: &TestApp, path: &str, body: &Value) -> Value {
    let address = format!("{}/_sandbox/{path}", app.sandbox.url());
    good(app.http.post(address).json(body).send().await.unwrap()).await
}

async fn delete(app: &TestApp, path: &str) {
    let request = app.http.delete(format!("{}/v1/{path}", app.sandbox.url())).bearer_auth(API_KEY);
    good(request.send().await.unwrap()).await;
}

/// Waits for a line of the history, then for all events; it is there once.
async fn line(app: &TestApp, browser: &Browser, words: &str) {
    until(&format!("the history to say {words:?}"), || async { account(browser).await.contains(words).then_some(()) })
        .await;
    app.caught_up().await;
    let page = account(browser).await;
    assert_eq!(page.matches(words).count(), 1, "{words} in {page}");
}

async fn text(app: &TestApp, subject: &str) -> String {
    app.mails(ADA).await.into_iter().find(|mail| mail.subject.contains(subject)).expect(subject).text
}

async fn gateway_price(app: &TestApp, plan: &str, interval: &str) -> String {
    let ours = app.price_id(plan, interval).await;
    let mut conn = app.context.store.read().await.unwrap();
    let price = store::price::find(&mut conn, &masthead::domain::id::PriceId::parse(&ours).unwrap()).await.unwrap();
    price.unwrap().gateway_price_id.unwrap()
}

/// A membership that begins with a free trial: newsrooms arrange it at the payment service.
async fn join_on_trial(app: &TestApp, days: &str) -> Browser {
    let browser = app.browser();
    let price = app.price_id("supporter", "month").await;
    browser.check_out(&price, Some(ADA), Some(CAMPAIGN)).await;
    let session = app.stripe("checkout/sessions").await[0].clone();
    let reference = session["client_reference_id"].as_str().unwrap().to_owned();
    CheckoutId::parse(&reference).unwrap();
    let customer = app.make("customers", &[("email", ADA)]).await["id"].as_str().unwrap().to_owned();
    let method = app.make("payment_methods/pm_card_visa/attach", &[("customer", &customer)]).await;
    let price = gateway_price(app, "supporter", "month").await;
    let form = [
        ("customer", customer.as_str()),
        ("items[0][price]", &price),
        ("default_payment_method", method["id"].as_str().unwrap()),
        ("trial_period_days", days),
        ("metadata[masthead_checkout]", &reference),
    ];
    app.make("subscriptions", &form).await;
    until("the membership", || async { (!account(&browser).await.contains("no membership")).then_some(()) }).await;
    browser
}

/// Declares an end without signing in: the line is there, and no mail but the answer.
async fn declared(db: TestDatabase, kind: &str, words: &str) {
    let app = newsroom(db).await;
    let browser = join(&app, Card::GOOD).await;
    let body = json!({ "kind": kind, "name": "Ada", "email": ADA, "membership": "Supporter" });
    good(app.browser().post("/v1/cancellations", &body).await).await;
    line(&app, &browser, words).await;
    assert_eq!(told(&app, "We have your").await, 1);
    for subject in ["is cancelled", "has sent you money back", "has ended"] {
        assert_eq!(count(&app, subject).await, 0, "{subject}");
    }
    app.stop().await;
}

on_both_databases! {
    async fn joining_is_a_line_and_a_renewal_a_payment(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        line(&app, &browser, "You became a member: Supporter, €7 a month.").await;
        pass(&app, 31).await;
        assert_eq!(told(&app, "Your receipt from").await, 1);
        assert_eq!(account(&browser).await.matches("You paid €7 for Supporter.").count(), 2);
        app.stop().await;
    }

    async fn a_trial_is_told_three_days_before_its_end_and_its_payment_makes_a_member(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join_on_trial(&app, "14").await;
        line(&app, &browser, "Supporter began, free until").await;
        let page = account(&browser).await;
        assert!(page.contains("Until ") && page.contains("you pay nothing"), "{page}");
        assert_eq!(told(&app, "You’re in").await, 1);
        assert!(text(&app, "You’re in").await.contains("Nothing is taken now"), "{}", text(&app, "You’re in").await);
        pass(&app, 10).await;
        assert_eq!(count(&app, "free time").await, 0);
        pass(&app, 1).await;
        assert_eq!(told(&app, "Your free time").await, 1);
        line(&app, &browser, "We wrote to you that Supporter is free until").await;
        pass(&app, 4).await;
        assert_eq!(told(&app, "Your receipt from").await, 1);
        assert!(text(&app, "Your receipt").await.contains("Your free time is over"));
        line(&app, &browser, "You became a member: Supporter, €7 a month.").await;
        app.stop().await;
    }

    async fn a_trial_that_is_cancelled_is_not_told_of_and_takes_nothing(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join_on_trial(&app, "14").await;
        update(&app, &id(&app).await, &[("cancel_at_period_end", "true")]).await;
        assert_eq!(told(&app, "is cancelled").await, 1);
        pass(&app, 15).await;
        assert_eq!(told(&app, "has ended").await, 1);
        assert_eq!([count(&app, "free time").await, count(&app, "receipt").await], [0, 0]);
        line(&app, &browser, "Supporter ended.").await;
        app.stop().await;
    }

    async fn a_payment_that_waits_for_approval_leads_to_its_page(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        control(&app, "next_payment", &json!({ "outcome": "authentication" })).await;
        pass(&app, 32).await;
        assert_eq!(told(&app, "asks you to approve").await, 1);
        let invoice = app.stripe("invoices?status=open").await[0].clone();
        let address = invoice["hosted_invoice_url"].as_str().unwrap();
        assert!(text(&app, "asks you to approve").await.contains(address), "{address}");
        line(&app, &browser, "Your bank asked you to approve a payment of €7.").await;
        let page = account(&browser).await;
        assert!(page.contains(address) && page.contains("wants you to approve"), "{page}");
        assert_eq!(count(&app, "did not go through").await, 0);
        app.stop().await;
    }

    async fn cancelling_at_once_leaves_what_is_paid_and_its_end_is_told_when_it_comes(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        delete(&app, &format!("subscriptions/{}", id(&app).await)).await;
        assert_eq!(told(&app, "is cancelled").await, 1);
        line(&app, &browser, "Supporter was cancelled and ends on").await;
        assert_eq!(count(&app, "has ended").await, 0);
        pass(&app, 32).await;
        assert_eq!(told(&app, "has ended").await, 1);
        line(&app, &browser, "Supporter ended.").await;
        assert_eq!(count(&app, "is cancelled").await, 1);
        app.stop().await;
    }

    async fn a_cancellation_declared_on_our_own_page_is_answered_there_alone(db: TestDatabase) {
        declared(db, "ordinary", "Supporter was cancelled and ends on").await;
    }

    async fn a_withdrawal_declared_on_our_own_page_is_answered_there_alone(db: TestDatabase) {
        declared(db, "withdrawal", "We sent €7 back to you.").await;
    }

    async fn a_switch_is_told_with_what_was_and_what_is(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let steps = [
            ("patron", "month", "from Supporter (€7 a month) to Patron (€15 a month)"),
            ("patron", "year", "from Patron (€15 a month) to Patron (€150 a year)"),
            ("supporter", "year", "from Patron (€150 a year) to Supporter (€70 a year)"),
        ];
        for (done, (plan, interval, words)) in (1..).zip(steps) {
            let item = subscription(&app).await["items"]["data"][0]["id"].as_str().unwrap().to_owned();
            let price = gateway_price(&app, plan, interval).await;
            let form =
                [("items[0][id]", item.as_str()), ("items[0][price]", &price), ("proration_behavior", "always_invoice")];
            update(&app, &id(&app).await, &form).await;
            line(&app, &browser, words).await;
            until("its mail", || async { (count(&app, "has changed").await == done).then_some(()) }).await;
        }
        let mails = app.mails(ADA).await;
        let first = mails.iter().rev().find(|mail| mail.subject.contains("has changed")).unwrap();
        for words in ["Before: Supporter (€7 a month)", "Now: Patron (€15 a month)", "Paid for the change: €8"] {
            assert!(first.text.contains(words), "{words} is not in {}", first.text);
        }
        app.stop().await;
    }

    async fn a_pause_and_its_end_are_told(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        update(&app, &id(&app).await, &[("pause_collection[behavior]", "void")]).await;
        assert_eq!(told(&app, "is paused").await, 1);
        line(&app, &browser, "Supporter was paused.").await;
        assert!(account(&browser).await.contains("Nothing is taken meanwhile."));
        update(&app, &id(&app).await, &[("pause_collection", "")]).await;
        assert_eq!(told(&app, "goes on").await, 1);
        line(&app, &browser, "Supporter goes on after a pause.").await;
        assert_eq!(count(&app, "is paused").await, 1);
        app.stop().await;
    }

    async fn money_sent_back_is_told_in_part_and_whole(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let charge = charge(&app).await;
        app.make("refunds", &[("charge", &charge), ("amount", "200")]).await;
        assert_eq!(told(&app, "has sent you money back").await, 1);
        let part = text(&app, "has sent you money back").await;
        assert!(part.contains("€2 back") && part.contains("goes on as it was"), "{part}");
        app.make("refunds", &[("charge", &charge)]).await;
        until("the second mail", || async { (count(&app, "has sent you money back").await == 2).then_some(()) }).await;
        let whole = text(&app, "has sent you money back").await;
        assert!(whole.contains("€5 back") && whole.contains("The membership ends with it"), "{whole}");
        line(&app, &browser, "Supporter ended.").await;
        for words in ["We sent €2 back to you.", "We sent €5 back to you."] {
            line(&app, &browser, words).await;
        }
        assert_eq!([count(&app, "has ended").await, count(&app, "is cancelled").await], [0, 0], "it was told already");
        app.stop().await;
    }

    async fn a_refund_that_the_bank_refuses_is_told(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let refund = app.make("refunds", &[("charge", &charge(&app).await), ("amount", "200")]).await;
        assert_eq!(told(&app, "has sent you money back").await, 1);
        control(&app, &format!("refunds/{}/fail", refund["id"].as_str().unwrap()), &json!({})).await;
        assert_eq!(told(&app, "could not be sent back").await, 1);
        line(&app, &browser, "Your bank did not take €2 that we sent back.").await;
        app.stop().await;
    }

    async fn a_dispute_is_told_when_it_opens_and_when_it_is_won(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let dispute = control(&app, "disputes", &json!({ "charge": charge(&app).await })).await;
        assert_eq!(told(&app, "asks The Harbour Ledger to give back").await, 1);
        line(&app, &browser, "Your bank asked us to give back €7.").await;
        assert!(account(&browser).await.contains("Closed while your bank decides"));
        control(&app, &format!("disputes/{}/close", dispute["id"].as_str().unwrap()), &json!({ "status": "won" })).await;
        assert_eq!(told(&app, "stands").await, 1);
        line(&app, &browser, "Your bank decided that the payment of €7 stands.").await;
        assert!(!account(&browser).await.contains("Closed while your bank decides"));
        assert_eq!(count(&app, "to give back").await, 1);
        app.stop().await;
    }

    async fn a_dispute_that_is_lost_ends_the_membership_and_is_told_once(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let dispute = control(&app, "disputes", &json!({ "charge": charge(&app).await })).await;
        let path = format!("disputes/{}/close", dispute["id"].as_str().unwrap());
        control(&app, &path, &json!({ "status": "lost" })).await;
        assert_eq!(told(&app, "has given you back").await, 1);
        line(&app, &browser, "Your bank gave you back €7.").await;
        line(&app, &browser, "Supporter ended.").await;
        assert_eq!(count(&app, "has ended").await, 0);
        app.stop().await;
    }

    async fn a_customer_deleted_at_the_payment_service_is_a_line(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        let customer = subscription(&app).await["customer"].as_str().unwrap().to_owned();
        delete(&app, &format!("customers/{customer}")).await;
        line(&app, &browser, "Your details were deleted at the payment service.").await;
        assert_eq!(told(&app, "is cancelled").await, 1);
        app.stop().await;
    }

    async fn a_card_that_runs_out_is_told_a_month_before(db: TestDatabase) {
        let app = newsroom(db).await;
        let browser = join(&app, Card::GOOD).await;
        replace_card(&app, 0).await;
        waits(&app, true).await;
        pass(&app, 40).await;
        assert_eq!(count(&app, "Your card at").await, 0);
        pass(&app, 36).await;
        assert_eq!(told(&app, "Your card at").await, 1);
        assert!(text(&app, "Your card at").await.contains("ending in 4242"));
        line(&app, &browser, "We wrote to you that the card ending in 4242 runs out in").await;
        app.stop().await;
    }

    async fn a_card_that_was_replaced_in_time_is_not_told_of(db: TestDatabase) {
        let app = newsroom(db).await;
        join(&app, Card::GOOD).await;
        replace_card(&app, 0).await;
        waits(&app, true).await;
        replace_card(&app, 4).await;
        waits(&app, false).await;
        pass(&app, 76).await;
        assert_eq!(count(&app, "Your card at").await, 0);
        app.stop().await;
    }
}

/// The bank sends a new card: good for 75 days and until the month's end, or for so many years more.
async fn replace_card(app: &TestApp, years: i16) {
    let method = subscription(app).await["default_payment_method"].as_str().unwrap().to_owned();
    let date = app.clock.business().plus_seconds(75 * 86_400).in_zone("UTC").date();
    let card = json!({ "exp_month": date.month(), "exp_year": date.year() + years });
    control(app, &format!("payment_methods/{method}/update"), &card).await;
}

/// Waits until a notice about the card is due within a hundred days, or none is.
async fn waits(app: &TestApp, is_waiting: bool) {
    until(&format!("a notice about the card: {is_waiting}"), || async {
        let mut conn = app.context.store.read().await.unwrap();
        let by: Moment = app.clock.business().plus_seconds(100 * 86_400);
        let due = store::notice::list_due(&mut conn, by, 10).await.unwrap();
        (due.iter().any(|notice| notice.news.kind() == "card_expiring") == is_waiting).then_some(())
    })
    .await;
}
