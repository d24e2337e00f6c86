use masthead::{domain::entitlement::Source, store};

use crate::{
    ground::{at, at_once, campaign, member},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn counting_in_and_out_flips_once_each(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ten, ada) = (campaign(&mut tx, "ten").await, member(&mut tx, "ada").await);
        assert!(!store::campaign_member::is_counted(&mut tx, &ten.id, &ada.id).await.unwrap());
        assert!(!store::campaign_member::count_out(&mut tx, &ten.id, &ada.id, at(1)).await.unwrap());
        for flipped in [true, false] {
            let now = store::campaign_member::count_in(&mut tx, &ten.id, &ada.id, Some(Source::Gift), at(2)).await.unwrap();
            assert_eq!(now, flipped);
        }
        assert!(store::campaign_member::is_counted(&mut tx, &ten.id, &ada.id).await.unwrap());
        assert_eq!(store::campaign_member::count(&mut tx, &ten.id).await.unwrap(), 1);
        for flipped in [true, false] {
            let now = store::campaign_member::count_out(&mut tx, &ten.id, &ada.id, at(3)).await.unwrap();
            assert_eq!(now, flipped);
        }
        assert!(store::campaign_member::count_in(&mut tx, &ten.id, &ada.id, None, at(4)).await.unwrap(), "a rejoin counts");
    }

    async fn of_many_at_once_one_flips(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ten, ada) = (campaign(&mut tx, "ten").await, member(&mut tx, "ada").await);
        tx.commit().await.unwrap();
        for wanted_in in [true, false, true] {
            let (campaign_id, member_id) = (ten.id.clone(), ada.id.clone());
            let flips = at_once(&db.store, 30, move |mut tx, _| {
                let (campaign_id, member_id) = (campaign_id.clone(), member_id.clone());
                async move {
                    let flipped = if wanted_in {
                        store::campaign_member::count_in(&mut tx, &campaign_id, &member_id, None, at(1)).await
                    } else {
                        store::campaign_member::count_out(&mut tx, &campaign_id, &member_id, at(1)).await
                    };
                    (tx, flipped.unwrap())
                }
            })
            .await;
            assert_eq!(flips.iter().filter(|flipped| **flipped).count(), 1);
            let mut conn = db.store.read().await.unwrap();
            assert_eq!(store::campaign_member::count(&mut conn, &ten.id).await.unwrap(), i64::from(wanted_in));
        }
    }

    async fn the_source_follows_only_while_counted(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ten, ada) = (campaign(&mut tx, "ten").await, member(&mut tx, "ada").await);
        store::campaign_member::count_in(&mut tx, &ten.id, &ada.id, Some(Source::External), at(1)).await.unwrap();
        store::campaign_member::set_source(&mut tx, &ten.id, &ada.id, Some(Source::Subscription)).await.unwrap();
        assert_eq!(stored_source(&mut tx).await.as_deref(), Some("subscription"));
        store::campaign_member::set_source(&mut tx, &ten.id, &ada.id, None).await.unwrap();
        assert_eq!(stored_source(&mut tx).await, None);
        store::campaign_member::count_out(&mut tx, &ten.id, &ada.id, at(2)).await.unwrap();
        store::campaign_member::set_source(&mut tx, &ten.id, &ada.id, Some(Source::Gift)).await.unwrap();
        assert_eq!(stored_source(&mut tx).await, None, "nobody counts, so by no right");
    }
}

async fn stored_source(conn: &mut store::Conn) -> Option<String> {
    sqlx::query_scalar("SELECT source FROM campaign_member").fetch_one(conn).await.unwrap()
}
