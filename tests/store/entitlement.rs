use masthead::{
    domain::{
        entitlement::{Entitlement, Source},
        time::Window,
    },
    store::{self, Conn},
};

use crate::{
    ground::{at, checkout, member, plan, right, subscription},
    support::{TestDatabase, on_both_databases},
};

async fn of_subscription(conn: &mut Conn) -> Entitlement {
    let subscription = subscription(conn, "ada", "sub_1").await;
    let plan_id = plan(conn, "supporter").await;
    let mut draft = right(&subscription.member_id, &plan_id, Source::Subscription, 0, Some(100));
    draft.subscription_id = Some(subscription.id);
    draft
}

on_both_databases! {
    async fn rights_read_back_oldest_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, plan_id) = (member(&mut tx, "ada").await, plan(&mut tx, "supporter").await);
        let newer = right(&ada.id, &plan_id, Source::Gift, 50, None);
        let older = Entitlement { settled_at: None, ..right(&ada.id, &plan_id, Source::Offline, 0, Some(20)) };
        for draft in [&newer, &older] {
            store::entitlement::insert(&mut tx, draft, at(60)).await.unwrap();
        }
        assert_eq!(store::entitlement::list_of_member(&mut tx, &ada.id).await.unwrap(), [older, newer]);
        let ben = member(&mut tx, "ben").await;
        assert!(store::entitlement::list_of_member(&mut tx, &ben.id).await.unwrap().is_empty());
    }

    async fn a_subscriptions_right_is_one_and_says_whether_it_changed(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = of_subscription(&mut tx).await;
        assert!(store::entitlement::put_of_subscription(&mut tx, &draft, at(1)).await.unwrap());
        assert!(!store::entitlement::put_of_subscription(&mut tx, &draft, at(2)).await.unwrap());
        let patron = plan(&mut tx, "patron").await;
        let mut changed = draft.clone();
        changed.window = Window { from: at(0), until: Some(at(200)) };
        assert!(store::entitlement::put_of_subscription(&mut tx, &changed, at(3)).await.unwrap());
        changed.window.until = None;
        assert!(store::entitlement::put_of_subscription(&mut tx, &changed, at(4)).await.unwrap());
        changed.settled_at = None;
        assert!(store::entitlement::put_of_subscription(&mut tx, &changed, at(5)).await.unwrap());
        changed.plan_id = patron;
        assert!(store::entitlement::put_of_subscription(&mut tx, &changed, at(6)).await.unwrap());
        assert_eq!(store::entitlement::list_of_member(&mut tx, &draft.member_id).await.unwrap(), [changed]);
    }

    async fn ending_never_lengthens_and_never_turns_a_window_round(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = of_subscription(&mut tx).await;
        let id = draft.subscription_id.clone().unwrap();
        store::entitlement::put_of_subscription(&mut tx, &draft, at(1)).await.unwrap();
        for (end, changes, until) in [(150, false, 100), (60, true, 60), (60, false, 60), (80, false, 60), (-5, true, 0)] {
            let changed = store::entitlement::end_of_subscription(&mut tx, &id, at(end), at(2)).await.unwrap();
            let stored = store::entitlement::list_of_member(&mut tx, &draft.member_id).await.unwrap();
            assert_eq!((changed, stored[0].window.until), (changes, Some(at(until))), "ended at {end}");
        }
    }

    async fn a_checkouts_right_is_one_and_ends_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, plan_id) = (member(&mut tx, "ada").await, plan(&mut tx, "supporter").await);
        let paid = checkout(&mut tx, "ada", "browser").await.id;
        let mut draft = right(&ada.id, &plan_id, Source::Contribution, 10, Some(100));
        for changed in [true, false] {
            assert_eq!(store::entitlement::put_of_checkout(&mut tx, &draft, &paid, at(1)).await.unwrap(), changed);
        }
        draft.window = Window { from: at(20), until: Some(at(110)) };
        assert!(store::entitlement::put_of_checkout(&mut tx, &draft, &paid, at(2)).await.unwrap());
        draft.settled_at = None;
        assert!(store::entitlement::put_of_checkout(&mut tx, &draft, &paid, at(3)).await.unwrap());
        assert_eq!(store::entitlement::list_of_member(&mut tx, &ada.id).await.unwrap(), std::slice::from_ref(&draft));
        for (end, changes, until) in [(150, false, 110), (60, true, 60), (60, false, 60), (5, true, 20)] {
            assert_eq!(store::entitlement::end_of_checkout(&mut tx, &paid, at(end), at(4)).await.unwrap(), changes);
            let stored = store::entitlement::list_of_member(&mut tx, &ada.id).await.unwrap();
            assert_eq!(stored[0].window.until, Some(at(until)), "{end}");
        }
        let other = checkout(&mut tx, "ada", "another").await.id;
        assert!(!store::entitlement::end_of_checkout(&mut tx, &other, at(5), at(5)).await.unwrap());
    }

    async fn a_right_to_no_plan_is_refused(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let draft = right(&ada.id, &crate::ground::plan_draft("ghost").id, Source::Gift, 0, None);
        assert!(store::entitlement::insert(&mut tx, &draft, at(0)).await.is_err());
    }

    async fn who_holds_a_plan_now_is_counted_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let plan_id = plan(&mut tx, "supporter").await;
        let (ada, ben) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await);
        for (id, from, until) in [(&ada.id, 0, Some(100)), (&ada.id, 10, None), (&ben.id, 50, Some(60))] {
            let right = right(id, &plan_id, Source::Offline, from, until);
            store::entitlement::insert(&mut tx, &right, at(0)).await.unwrap();
        }
        for (now, count) in [(0, 1), (49, 1), (50, 2), (59, 2), (60, 1), (1_000, 1)] {
            assert_eq!(store::entitlement::count_of_plan(&mut tx, "supporter", at(now)).await.unwrap(), count, "{now}");
        }
        assert_eq!(store::entitlement::count_of_plan(&mut tx, "patron", at(0)).await.unwrap(), 0);
    }
}
