use masthead::{
    domain::{
        mail::MembershipNews,
        notice::{Notice, NoticeKind},
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
        subscription_id: of.id.clone(),
        kind: NoticeKind::Ended,
        news: Some(MembershipNews::Ended { plan: "Supporter".to_owned(), ended_at_millis: 1 }),
        at: at(1),
        due_at: at(due),
    }
}

on_both_databases! {
    async fn a_notice_is_noted_once_however_often_it_is_seen(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let of = subscription(&mut tx, "ada", "sub_1").await;
        tx.commit().await.unwrap();
        let noted = at_once(&db.store, 30, move |mut tx, _| {
            let of = of.clone();
            async move {
                let noted = store::notice::insert(&mut tx, &notice(&of, "sub_1:ended", 1)).await.unwrap();
                (tx, noted)
            }
        })
        .await;
        assert_eq!(noted.iter().filter(|noted| **noted).count(), 1);
    }

    async fn what_is_due_is_told_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let of = subscription(&mut tx, "ada", "sub_1").await;
        let (early, late) = (notice(&of, "early", 5), notice(&of, "late", 9));
        let silent = Notice { news: None, ..notice(&of, "silent", 7) };
        for one in [&late, &early, &silent] {
            assert!(store::notice::insert(&mut tx, one).await.unwrap());
        }
        assert!(store::notice::list_due(&mut tx, at(4), 10).await.unwrap().is_empty());
        assert_eq!(store::notice::list_due(&mut tx, at(8), 10).await.unwrap(), [early.clone(), silent]);
        assert_eq!(store::notice::list_due(&mut tx, at(9), 1).await.unwrap(), std::slice::from_ref(&early));
        assert!(store::notice::list_of_member(&mut tx, &of.member_id).await.unwrap().is_empty(), "nothing was told yet");
        assert!(store::notice::mark_done(&mut tx, "early", at(8)).await.unwrap());
        assert!(!store::notice::mark_done(&mut tx, "early", at(8)).await.unwrap());
        assert_eq!(store::notice::list_due(&mut tx, at(5), 10).await.unwrap(), []);
        assert_eq!(store::notice::list_of_member(&mut tx, &of.member_id).await.unwrap(), [early]);
    }
}
