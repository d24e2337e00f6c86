use masthead::{
    domain::{
        news::News,
        notice::{Notice, Outcome},
        subscription::Subscription,
    },
    store,
};

use crate::{
    ground::{at, at_once, subscription},
    support::{TestDatabase, on_both_databases},
};

fn notice(of: &Subscription, key: &str, due: i64) -> Notice {
    Notice {
        key: key.to_owned(),
        member_id: of.member_id.clone(),
        subscription_id: Some(of.id.clone()),
        news: News::CustomerDeleted,
        at: at(due - 1),
        due_at: at(due),
        outcome: None,
    }
}

on_both_databases! {
    async fn a_notice_is_noted_once_however_often_it_is_seen(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let of = subscription(&mut tx, "ada", "sub_1").await;
        tx.commit().await.unwrap();
        let noted = at_once(&db.store, 20, move |mut tx, _| {
            let of = of.clone();
            async move {
                let noted = store::notice::insert(&mut tx, &notice(&of, "sub_1:ended", 1), at(1)).await.unwrap();
                (tx, noted)
            }
        })
        .await;
        assert_eq!(noted.iter().filter(|noted| **noted).count(), 1);
    }

    async fn what_is_due_has_one_outcome(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let of = subscription(&mut tx, "ada", "sub_1").await;
        let (early, late) = (notice(&of, "early", 5), notice(&of, "late", 9));
        let void = Notice { subscription_id: None, ..notice(&of, "void", 7) };
        let kept = Notice { outcome: Some(Outcome::Kept), ..notice(&of, "kept", 2) };
        for one in [&late, &early, &void, &kept] {
            assert!(store::notice::insert(&mut tx, one, at(3)).await.unwrap());
        }
        assert!(store::notice::list_due(&mut tx, at(4), 10).await.unwrap().is_empty());
        assert_eq!(store::notice::list_due(&mut tx, at(8), 10).await.unwrap(), [early.clone(), void.clone()]);
        let first = store::notice::list_due(&mut tx, at(9), 1).await.unwrap();
        assert_eq!(first, std::slice::from_ref(&early));
        let of_member = store::notice::list_of_member(&mut tx, &of.member_id).await.unwrap();
        assert_eq!(of_member, std::slice::from_ref(&kept), "what waits is not history yet");
        assert!(store::notice::finish(&mut tx, "early", Outcome::Told, at(8)).await.unwrap());
        assert!(!store::notice::finish(&mut tx, "early", Outcome::Dropped, at(8)).await.unwrap());
        assert!(store::notice::finish(&mut tx, "void", Outcome::Dropped, at(8)).await.unwrap());
        assert_eq!(store::notice::list_due(&mut tx, at(8), 10).await.unwrap(), []);
        let told = Notice { outcome: Some(Outcome::Told), ..early };
        let of_member = store::notice::list_of_member(&mut tx, &of.member_id).await.unwrap();
        assert_eq!(of_member, [told.clone(), kept.clone()]);
        let of_subscription = store::notice::list_of_subscription(&mut tx, &of.id).await.unwrap();
        assert_eq!(of_subscription, [kept, told, late], "what is dropped has no subscription here");
    }
}
