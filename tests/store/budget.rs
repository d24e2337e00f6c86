use masthead::store;

use crate::{
    ground::{at, at_once},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn what_is_taken_at_once_is_counted_one_by_one(db: TestDatabase) {
        let mut taken = at_once(&db.store, 60, |mut tx, _| async move {
            let taken = store::budget::take(&mut tx, "mail", "someone", 1_000).await.unwrap();
            (tx, taken)
        })
        .await;
        taken.sort_unstable();
        assert_eq!(taken, (1..=60).collect::<Vec<i64>>());
    }

    async fn names_subjects_and_windows_are_apart(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for (name, subject, window) in [("a", "x", 1), ("b", "x", 1), ("a", "y", 1), ("a", "x", 2)] {
            assert_eq!(store::budget::take(&mut tx, name, subject, window).await.unwrap(), 1, "{name} {subject} {window}");
        }
        assert_eq!(store::budget::take(&mut tx, "a", "x", 1).await.unwrap(), 2);
        for (subject, window, used) in [("x", 1, 2), ("y", 1, 1), ("y", 2, 0), ("z", 1, 0)] {
            let counted = store::budget::count(&mut tx, "a", subject, window).await.unwrap();
            assert_eq!(counted, used, "looking takes nothing: {subject} {window}");
        }
        assert_eq!(store::budget::count(&mut tx, "a", "x", 1).await.unwrap(), 2);
    }

    async fn past_windows_are_forgotten(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        store::budget::take(&mut tx, "a", "x", at(0).millis()).await.unwrap();
        store::budget::take(&mut tx, "a", "x", at(10).millis()).await.unwrap();
        assert_eq!(store::budget::forget_before(&mut tx, at(10)).await.unwrap(), 1);
        assert_eq!(store::budget::take(&mut tx, "a", "x", at(0).millis()).await.unwrap(), 1);
        assert_eq!(store::budget::take(&mut tx, "a", "x", at(10).millis()).await.unwrap(), 2);
    }
}
