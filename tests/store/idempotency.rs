use masthead::store::{self, idempotency::Entry};

use crate::{
    ground::{at, at_once},
    support::{TestDatabase, on_both_databases},
};

const ENTRY: Entry<'_> =
    Entry { principal: "someone", route: "POST /v1/checkout", key: "key", body_hash: "hash", outcome: "chk_1" };

on_both_databases! {
    async fn a_key_stands_for_what_came_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        store::idempotency::insert_or_find(&mut tx, &ENTRY, at(0)).await.unwrap();
        let second = Entry { body_hash: "other", outcome: "chk_2", ..ENTRY };
        let first = store::idempotency::insert_or_find(&mut tx, &second, at(1)).await.unwrap();
        assert_eq!((first.body_hash.as_str(), first.outcome.as_str()), ("hash", "chk_1"));
        for own in [
            Entry { principal: "another", outcome: "chk_3", ..ENTRY },
            Entry { route: "POST /v1/other", outcome: "chk_4", ..ENTRY },
            Entry { key: "another", outcome: "chk_5", ..ENTRY },
        ] {
            let found = store::idempotency::insert_or_find(&mut tx, &own, at(1)).await.unwrap();
            assert_eq!(found.outcome, own.outcome, "a key is one principal's, for one route");
        }
    }

    async fn of_many_at_once_all_learn_the_same(db: TestDatabase) {
        let outcomes = at_once(&db.store, 30, |mut tx, number| async move {
            let outcome = format!("chk_{number}");
            let entry = Entry { outcome: &outcome, ..ENTRY };
            let first = store::idempotency::insert_or_find(&mut tx, &entry, at(0)).await.unwrap();
            (tx, (first.outcome.clone(), first.outcome == outcome))
        })
        .await;
        assert!(outcomes.iter().all(|(outcome, _)| *outcome == outcomes[0].0), "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|(_, own)| *own).count(), 1, "one of them was first");
    }

    async fn old_keys_are_forgotten(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        store::idempotency::insert_or_find(&mut tx, &ENTRY, at(0)).await.unwrap();
        assert_eq!(store::idempotency::forget_before(&mut tx, at(0)).await.unwrap(), 0);
        assert_eq!(store::idempotency::forget_before(&mut tx, at(1)).await.unwrap(), 1);
        let fresh = Entry { outcome: "chk_2", ..ENTRY };
        assert_eq!(store::idempotency::insert_or_find(&mut tx, &fresh, at(2)).await.unwrap().outcome, "chk_2");
    }
}
