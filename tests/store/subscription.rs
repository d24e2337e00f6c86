use masthead::{
    domain::{
        id::SubscriptionId,
        subscription::{Status, Subscription},
    },
    store,
};

use crate::{
    ground::{ENTROPY, at, at_once, member, plan, price, subscription},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn a_subscription_reads_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let stored = subscription(&mut tx, "ada", "sub_1").await;
        assert_eq!(store::subscription::find_by_gateway_id(&mut tx, "sub_1").await.unwrap(), Some(stored.clone()));
        assert_eq!(store::subscription::find_by_gateway_id(&mut tx, "sub_2").await.unwrap(), None);
        assert_eq!(store::subscription::list_of_member(&mut tx, &stored.member_id).await.unwrap(), [stored]);
    }

    async fn putting_again_follows_the_gateway_and_keeps_whose_it_is(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let stored = subscription(&mut tx, "ada", "sub_1").await;
        let (ben, plan_id) = (member(&mut tx, "ben").await, plan(&mut tx, "patron").await);
        let dearer = price(&mut tx, &plan_id, 1_500).await;
        let draft = Subscription {
            id: SubscriptionId::mint(at(9), &ENTROPY),
            member_id: ben.id,
            price_id: dearer.id.clone(),
            status: Status::Other("brand_new".to_owned()),
            current_period_end: None,
            cancel_at: Some(at(70)),
            paid_until: Some(at(70)),
            ended_at: Some(at(80)),
            trial_until: Some(at(20)),
            paused_at: Some(at(60)),
            next_amount_minor: Some(350),
            ..stored.clone()
        };
        let now = store::subscription::put(&mut tx, &draft, at(9)).await.unwrap();
        assert_eq!(now, Subscription { id: stored.id, member_id: stored.member_id, ..draft.clone() });
        let later = Subscription { paused_at: Some(at(65)), ..draft.clone() };
        let still = store::subscription::put(&mut tx, &later, at(10)).await.unwrap();
        assert_eq!(still.paused_at, Some(at(60)), "it stands still since it was first seen to");
        let resumed = Subscription { paused_at: None, ..draft };
        assert_eq!(store::subscription::put(&mut tx, &resumed, at(11)).await.unwrap().paused_at, None);
    }

    async fn a_duplicate_is_marked_once_even_by_many_at_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let stored = subscription(&mut tx, "ada", "sub_1").await;
        tx.commit().await.unwrap();
        let id = stored.id.clone();
        let marks = at_once(&db.store, 20, move |mut tx, _| {
            let id = id.clone();
            async move {
                let marked = store::subscription::mark_duplicate(&mut tx, &id, at(5)).await.unwrap();
                (tx, marked)
            }
        })
        .await;
        assert_eq!(marks.iter().filter(|marked| **marked).count(), 1);
        let mut tx = db.store.begin().await.unwrap();
        let again = store::subscription::put(&mut tx, &stored, at(6)).await.unwrap();
        assert_eq!(again.duplicate_at, Some(at(5)), "what the gateway says does not unmark it");
    }

    async fn a_price_tells_how_the_subscriptions_stand_that_it_bills(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let stored = subscription(&mut tx, "ada", "sub_1").await;
        let price = store::price::find(&mut tx, &stored.price_id).await.unwrap().unwrap();
        let plans = store::plan::list(&mut tx).await.unwrap();
        let slug = plans.into_iter().find(|plan| plan.id == price.plan_id).unwrap().slug;
        let listed = async |tx: &mut store::Conn, slug: &str, amount_minor: i64| {
            let money = masthead::domain::money::Money { amount_minor, ..price.money };
            store::subscription::list_statuses_of_price(tx, slug, money, price.interval, price.tax).await.unwrap()
        };
        let amount_minor = price.money.amount_minor;
        assert_eq!(listed(&mut tx, &slug, amount_minor).await, std::slice::from_ref(&stored.status));
        assert_eq!(listed(&mut tx, &slug, amount_minor + 1).await, []);
        assert_eq!(listed(&mut tx, "no-such-plan", amount_minor).await, []);
        let billed = async |tx: &mut store::Conn| store::subscription::list_billed_by(tx, &price.id).await.unwrap();
        assert_eq!(billed(&mut tx).await, std::slice::from_ref(&stored));
        let counted = store::subscription::count_by_price(&mut tx).await.unwrap();
        assert_eq!(counted, [(price.id.clone(), stored.status.clone(), 1)]);
        store::subscription::put(&mut tx, &Subscription { ended_at: Some(at(4)), ..stored.clone() }, at(4)).await.unwrap();
        assert_eq!((billed(&mut tx).await, store::subscription::count_by_price(&mut tx).await.unwrap()), (vec![], vec![]));
        store::subscription::put(&mut tx, &stored, at(5)).await.unwrap();
        store::subscription::mark_duplicate(&mut tx, &stored.id, at(5)).await.unwrap();
        assert_eq!(listed(&mut tx, &slug, amount_minor).await, [], "a duplicate bills nobody");
        assert_eq!((billed(&mut tx).await, store::subscription::count_by_price(&mut tx).await.unwrap()), (vec![], vec![]));
    }
}
