//! Gifts whose money is asked for, or goes back, and what is paid beside them.

use masthead::{
    domain::{
        entitlement::{Entitlement, Source},
        gift::{Gift, Redeemed},
        id::{EntitlementId, MemberId},
        time::Window,
    },
    flow::apply_payment_event,
    store,
};
use serde_json::{Value, json};

use crate::{
    expect::good,
    gifts::{BEN, code, decision, give, reader, redeem, refund_last, rights},
    give::{give as pay_once, selling_a_year},
    notices::{ADA, newsroom},
    support::{AppOptions, DatabaseKind, TestApp, TestDatabase, lasting_newsroom, on_both_databases, until},
};

/// The only gift.
async fn only(app: &TestApp) -> Gift {
    let mut conn = app.context.store.read().await.unwrap();
    store::gift::list_settled(&mut conn, None).await.unwrap().remove(0).gift
}

/// Waits for somebody to wait for a row. SQLite lets nobody begin to write in the meantime.
async fn somebody_waits(app: &TestApp) {
    if app.database.kind == DatabaseKind::Sqlite {
        return;
    }
    until("somebody to wait for a row", || async {
        let mut conn = app.context.store.read().await.unwrap();
        let waiting =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        let waiting: i64 = sqlx::query_scalar(waiting).fetch_one(&mut *conn).await.unwrap();
        (waiting > 0).then_some(())
    })
    .await;
}

on_both_databases! {
    async fn a_gift_whose_money_a_bank_asks_for_is_shut_until_the_bank_is_answered(db: TestDatabase) {
        let app = newsroom(db).await;
        give(&app, &app.browser(), json!({})).await;
        let ben = reader(&app, BEN).await;
        let opened = good(redeem(&ben, &code(&app, ADA).await).await).await;
        app.counted(24_601).await;
        let charge = app.stripe("charges").await.remove(0);
        let control = |path: String, body: Value| {
            let address = format!("{}/_sandbox/{path}", app.sandbox.url());
            let request = app.http.post(address).json(&body);
            async { good(request.send().await.unwrap()).await }
        };
        let dispute = control("disputes".to_owned(), json!({ "charge": charge["id"] })).await;
        app.counted(24_600).await;
        assert_eq!(decision(&ben).await, "join");
        let close = format!("disputes/{}/close", dispute["id"].as_str().unwrap());
        control(close, json!({ "status": "won" })).await;
        app.counted(24_601).await;
        assert_eq!(decision(&ben).await, "open");
        assert_eq!(rights(&ben).await[0]["until"], opened["ends_at"], "the same days");
        app.stop().await;
    }

    // Fault 9.
    async fn a_gift_that_is_redeemed_while_its_money_goes_back_is_over(db: TestDatabase) {
        let options = AppOptions { webhooks: false, newsroom: lasting_newsroom(), ..AppOptions::default() };
        let app = TestApp::start_with(db, options).await;
        let giver = app.browser();
        let welcome = give(&app, &giver, json!({})).await;
        giver.get(&welcome).await;
        let ben = reader(&app, BEN).await;
        let me = ben.me().await.unwrap();
        let (gift, now) = (only(&app).await, app.clock.business());
        let window = Window { from: now, until: Some(now.plus_months(gift.months)) };
        let redeemed = Redeemed { member_id: MemberId::parse(me["id"].as_str().unwrap()).unwrap(), at: now, window };
        let customer = app.stripe("charges").await.remove(0)["customer"].as_str().unwrap().to_owned();
        refund_last(&app).await;

        let mut tx = app.context.store.begin().await.unwrap();
        assert!(store::gift::redeem(&mut tx, &gift.id, &redeemed, now).await.unwrap());
        let applying = tokio::spawn({
            let (context, customer) = (app.context.clone(), customer.clone());
            async move { apply_payment_event::apply_customer(&context, &customer).await }
        });
        somebody_waits(&app).await;
        let right = Entitlement {
            id: EntitlementId::mint(now, app.context.entropy.as_ref()),
            member_id: redeemed.member_id.clone(),
            plan_id: gift.plan_id.clone(),
            source: Source::Gift,
            subscription_id: None,
            window,
            settled_at: gift.settled_at,
        };
        store::entitlement::put_of_checkout(&mut tx, &right, &gift.checkout_id, now).await.unwrap();
        tx.commit().await.unwrap();
        applying.await.unwrap().unwrap();
        assert_eq!(decision(&ben).await, "join");
        app.stop().await;
    }

    async fn months_that_are_paid_while_a_gift_runs_follow_it_and_move_up_without_it(db: TestDatabase) {
        let app = selling_a_year(db).await;
        give(&app, &app.browser(), json!({})).await;
        let handed_over = code(&app, ADA).await;
        // The giver's address redeems nothing of its own: the reader is somebody else, who pays later by that same page.
        let ben = reader(&app, BEN).await;
        let gift = good(redeem(&ben, &handed_over).await).await;
        let charge = app.stripe("charges").await.remove(0);
        pay_once(&app, &ben, "supporter", None).await;
        let contribution = || async {
            rights(&ben).await.into_iter().find(|right| right["source"] == "contribution")
        };
        let right = until("the year that was paid", contribution).await;
        assert_eq!(right["from"], gift["ends_at"]);
        let form = [("charge", charge["id"].as_str().unwrap())];
        app.make("refunds", &form).await;
        until("the year to begin when it was paid", || async {
            contribution().await.filter(|right| right["from"] != gift["ends_at"])
        })
        .await;
        assert_eq!(decision(&ben).await, "open");
        app.stop().await;
    }
}
