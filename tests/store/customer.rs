use masthead::{
    domain::{subscription::Subscription, time::Moment},
    store,
};

use crate::{
    ground::{at, at_once, member, subscription},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn of_many_at_once_one_has_the_lease(db: TestDatabase) {
        for round in 1..=3_i64 {
            let (now, until) = (at(round * 100), at(round * 100 + 30));
            let leases = at_once(&db.store, 30, move |mut tx, _| async move {
                let lease = store::customer::lease(&mut tx, "cus_1", now, until).await.unwrap();
                (tx, lease)
            })
            .await;
            let held: Vec<_> = leases.into_iter().flatten().collect();
            assert_eq!(held.len(), 1);
            assert_eq!(held[0].fence, round, "the fence rises with each lease");
        }
    }

    // Fault 9. What an older fetch found is written under a lease that has ended: nothing of it is kept.
    async fn a_lease_that_was_overtaken_cannot_be_ended(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let slow = store::customer::lease(&mut tx, "cus_1", at(0), at(30)).await.unwrap().unwrap();
        assert_eq!(store::customer::lease(&mut tx, "cus_1", at(29), at(59)).await.unwrap(), None);
        let quick = store::customer::lease(&mut tx, "cus_1", at(30), at(60)).await.unwrap().unwrap();
        assert!(!store::customer::end_lease(&mut tx, &slow).await.unwrap(), "what it fetched is too old to apply");
        assert!(store::customer::end_lease(&mut tx, &quick).await.unwrap());
        assert!(store::customer::lease(&mut tx, "cus_1", at(31), at(61)).await.unwrap().is_some(), "ended, so free at once");
    }

    async fn customers_do_not_wait_for_each_other(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        assert!(store::customer::lease(&mut tx, "cus_1", at(0), at(30)).await.unwrap().is_some());
        assert!(store::customer::lease(&mut tx, "cus_2", at(0), at(30)).await.unwrap().is_some());
    }

    async fn a_customers_standing_changes_with_what_is_stored(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        assert!(store::customer::standing(&mut tx, "cus_ada").await.unwrap().is_empty());
        let stored = subscription(&mut tx, "ada", "sub_1").await;
        let first = store::customer::standing(&mut tx, "cus_ada").await.unwrap();
        assert!(first.len() == 1 && first[0].starts_with("sub_1 active "), "{first:?}");
        let ended = Subscription { ended_at: Some(at(50)), ..stored };
        store::subscription::put(&mut tx, &ended, at(51)).await.unwrap();
        assert_ne!(store::customer::standing(&mut tx, "cus_ada").await.unwrap(), first);
    }

    async fn who_a_customer_is_never_changes(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, ben) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await);
        store::customer::lease(&mut tx, "cus_1", Moment::from_millis(0), at(0)).await.unwrap();
        store::customer::set_member(&mut tx, "cus_1", &ada.id, at(5)).await.unwrap();
        store::customer::set_member(&mut tx, "cus_1", &ben.id, at(6)).await.unwrap();
        store::customer::set_member(&mut tx, "cus_2", &ada.id, at(7)).await.unwrap();
        assert_eq!(store::customer::list_of_member(&mut tx, &ada.id).await.unwrap(), ["cus_2", "cus_1"]);
        assert!(store::customer::list_of_member(&mut tx, &ben.id).await.unwrap().is_empty());
    }
}
