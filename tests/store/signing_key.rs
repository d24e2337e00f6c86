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
        sqlx::query("UPDATE signing_key SET revoked_at = 1 WHERE kid = 'revoked'").execute(&mut *tx).await.unwrap();
        assert_eq!(store::signing_key::list(&mut tx).await.unwrap(), [key("a", 10), key("b", 20)]);
        assert!(store::signing_key::insert(&mut tx, &key("a", 30)).await.unwrap_err().is_duplicate());
    }
}
