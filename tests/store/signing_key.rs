use masthead::store::{self, signing_key::StoredKey};

use crate::{
    ground::at,
    support::{TestDatabase, on_both_databases},
};

fn key(kid: &str, signs_from: i64) -> StoredKey {
    StoredKey {
        kid: kid.to_owned(),
        public_jwk: "{}".to_owned(),
        private_sealed: "sealed".to_owned(),
        created_at: at(0),
        signs_from: at(signs_from),
    }
}

on_both_databases! {
    async fn keys_come_in_the_order_in_which_they_sign(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for draft in [key("b", 20), key("a", 10), key("revoked", 5)] {
            store::signing_key::insert(&mut tx, &draft).await.unwrap();
        }
        assert!(store::signing_key::revoke(&mut tx, "revoked", at(7)).await.unwrap());
        assert!(!store::signing_key::revoke(&mut tx, "revoked", at(8)).await.unwrap(), "only once");
        assert!(!store::signing_key::revoke(&mut tx, "nobody", at(8)).await.unwrap());
        assert_eq!(store::signing_key::list(&mut tx).await.unwrap(), [key("a", 10), key("b", 20)]);
        assert!(store::signing_key::insert(&mut tx, &key("a", 30)).await.unwrap_err().is_duplicate());
    }

    async fn a_key_signs_earlier_but_never_later_than_it_was_meant_to(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for draft in [key("a", 10), key("b", 20), key("c", 30)] {
            store::signing_key::insert(&mut tx, &draft).await.unwrap();
        }
        assert!(store::signing_key::sign_from(&mut tx, "c", at(15)).await.unwrap());
        assert!(!store::signing_key::sign_from(&mut tx, "b", at(25)).await.unwrap());
        store::signing_key::revoke(&mut tx, "a", at(12)).await.unwrap();
        assert!(!store::signing_key::sign_from(&mut tx, "a", at(1)).await.unwrap(), "a revoked one never signs");
        let history = store::signing_key::history(&mut tx).await.unwrap();
        let seen: Vec<_> = history.iter().map(|key| (key.kid.as_str(), key.signs_from, key.revoked_at)).collect();
        assert_eq!(seen, [("a", at(10), Some(at(12))), ("c", at(15), None), ("b", at(20), None)]);
    }
}
