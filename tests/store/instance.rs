use masthead::store;

use crate::support::{TestDatabase, on_both_databases};

on_both_databases! {
    async fn of_two_who_replace_a_value_one_is_quicker(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        assert!(store::instance::replace(&mut tx, "marker", None, "one").await.unwrap());
        assert!(!store::instance::replace(&mut tx, "marker", None, "other").await.unwrap());
        assert!(store::instance::replace(&mut tx, "marker", Some("one"), "two").await.unwrap());
        assert!(!store::instance::replace(&mut tx, "marker", Some("one"), "three").await.unwrap());
        assert_eq!(store::instance::find(&mut tx, "marker").await.unwrap().as_deref(), Some("two"));
    }

    async fn a_value_is_put_changed_and_found(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        assert_eq!(store::instance::find(&mut tx, "marker").await.unwrap(), None);
        for value in ["one", "two"] {
            store::instance::put(&mut tx, "marker", value).await.unwrap();
            assert_eq!(store::instance::find(&mut tx, "marker").await.unwrap().as_deref(), Some(value));
        }
        store::instance::forget(&mut tx, "marker").await.unwrap();
        assert_eq!(store::instance::find(&mut tx, "marker").await.unwrap(), None);
        let floor = store::instance::find(&mut tx, "min_compatible").await.unwrap();
        assert!(floor.is_some_and(|floor| floor.parse::<i64>().is_ok()), "a schema says what it needs");
    }
}
