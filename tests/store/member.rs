use std::collections::BTreeSet;

use masthead::{domain::id::MemberId, store};

use crate::{
    ground::{ENTROPY, at, at_once, member, person, person_draft},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn a_person_becomes_one_member_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = person(&mut tx, "ada").await;
        assert_eq!(store::member::find_by_person(&mut tx, &ada.id).await.unwrap(), None);
        let id = MemberId::mint(at(0), &ENTROPY);
        let (made, is_new) = store::member::find_or_insert(&mut tx, &id, &ada.id, at(5)).await.unwrap();
        assert_eq!((&made.id, made.number, is_new, made.created_at), (&id, 1, true, at(5)));
        let again = store::member::find_or_insert(&mut tx, &MemberId::mint(at(0), &ENTROPY), &ada.id, at(9)).await.unwrap();
        assert_eq!(again, (made.clone(), false));
        assert_eq!(store::member::find(&mut tx, &id).await.unwrap(), Some(made.clone()));
        assert_eq!(store::member::find_by_person(&mut tx, &ada.id).await.unwrap(), Some(made));
        assert_eq!(store::member::find(&mut tx, &MemberId::mint(at(0), &ENTROPY)).await.unwrap(), None);
    }

    async fn numbers_are_given_once_when_many_join_at_once(db: TestDatabase) {
        let numbers = at_once(&db.store, 40, |mut tx, number| async move {
            let joined = member(&mut tx, &format!("reader{number}")).await;
            (tx, joined.number)
        })
        .await;
        let distinct: BTreeSet<i64> = numbers.iter().copied().collect();
        assert_eq!((distinct.len(), distinct.last()), (40, Some(&40)), "{numbers:?}");
    }

    async fn one_person_who_joins_many_times_at_once_is_one_member(db: TestDatabase) {
        let members = at_once(&db.store, 30, |mut tx, _| async move {
            let ada = person(&mut tx, "ada").await;
            let id = MemberId::mint(at(0), &ENTROPY);
            let made = store::member::find_or_insert(&mut tx, &id, &ada.id, at(0)).await.unwrap();
            (tx, made)
        })
        .await;
        assert_eq!(members.iter().filter(|(_, is_new)| *is_new).count(), 1);
        assert!(members.iter().all(|(member, _)| member.id == members[0].0.id));
    }

    async fn the_fence_lets_one_change_at_a_time_through(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        store::instance::put(&mut tx, "sum", "0").await.unwrap();
        tx.commit().await.unwrap();
        let id = ada.id.clone();
        // Each reads and writes what nothing but the fence guards.
        at_once(&db.store, 30, move |mut tx, _| {
            let id = id.clone();
            async move {
                store::member::take_fence(&mut tx, &id).await.unwrap().unwrap();
                let sum: i64 = store::instance::find(&mut tx, "sum").await.unwrap().unwrap().parse().unwrap();
                tokio::task::yield_now().await;
                store::instance::put(&mut tx, "sum", &(sum + 1).to_string()).await.unwrap();
                (tx, ())
            }
        })
        .await;
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::instance::find(&mut conn, "sum").await.unwrap().as_deref(), Some("30"));
    }

    async fn nobody_has_no_fence(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(store::member::take_fence(&mut tx, &MemberId::mint(at(0), &ENTROPY)).await.unwrap(), None);
    }

    async fn an_address_answers_for_the_first_time_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        assert!(store::member::verify(&mut tx, &ada.id, at(3)).await.unwrap());
        assert!(!store::member::verify(&mut tx, &ada.id, at(4)).await.unwrap());
        assert_eq!(store::member::find(&mut tx, &ada.id).await.unwrap().unwrap().verified_at, Some(at(3)));
    }

    async fn another_address_is_taken_unless_it_is_a_members(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, ben) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await);
        let fresh = store::person::find_or_insert(&mut tx, &person_draft("ada.new"), at(0)).await.unwrap();
        assert!(store::member::set_person(&mut tx, &ada.id, &fresh.id).await.unwrap());
        assert_eq!(store::member::find(&mut tx, &ada.id).await.unwrap().unwrap().person_id, Some(fresh.id));
        assert!(!store::member::set_person(&mut tx, &ada.id, &ben.person_id.unwrap()).await.unwrap());
    }

    async fn members_come_due_in_order(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, ben, cyd) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await, member(&mut tx, "cyd").await);
        for (member, due) in [(&ada, Some(at(20))), (&ben, Some(at(10))), (&cyd, None)] {
            store::member::set_recount_at(&mut tx, &member.id, due).await.unwrap();
        }
        assert!(store::member::list_due_for_recount(&mut tx, at(9), 10).await.unwrap().is_empty());
        assert_eq!(store::member::list_due_for_recount(&mut tx, at(10), 10).await.unwrap(), std::slice::from_ref(&ben.id));
        assert_eq!(store::member::list_due_for_recount(&mut tx, at(20), 10).await.unwrap(), [ben.id.clone(), ada.id]);
        assert_eq!(store::member::list_due_for_recount(&mut tx, at(20), 1).await.unwrap(), [ben.id]);
        store::member::recount_all(&mut tx).await.unwrap();
        assert_eq!(store::member::list_due_for_recount(&mut tx, at(0), 10).await.unwrap().len(), 3);
    }

    async fn all_members_are_walked_through_by_pages(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let mut ids = BTreeSet::new();
        for number in 0..7 {
            ids.insert(member(&mut tx, &format!("reader{number}")).await.id);
        }
        let (mut after, mut seen) = (String::new(), Vec::new());
        loop {
            let page = store::member::list_ids_after(&mut tx, &after, 3).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.to_string();
            seen.extend(page);
        }
        assert_eq!(seen, ids.into_iter().collect::<Vec<_>>());
    }
}
