use masthead::{
    domain::contribution::{Contribution, State},
    store::{self, Conn},
};

use crate::{
    ground::{at, checkout, member, plan},
    support::{TestDatabase, on_both_databases},
};

async fn draft(conn: &mut Conn, name: &str, made: i64, opens_months: Option<i64>) -> Contribution {
    Contribution {
        checkout_id: checkout(conn, name, &format!("browser-{made}")).await.id,
        member_id: member(conn, name).await.id,
        plan_id: plan(conn, "supporter").await,
        charge_ref: format!("ch_{made}"),
        made_at: at(made),
        settled_at: None,
        state: State::Settling,
        opens_months,
    }
}

on_both_databases! {
    async fn payments_read_back_oldest_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let newer = draft(&mut tx, "ada", 50, None).await;
        let older = draft(&mut tx, "ada", 10, Some(12)).await;
        for one in [&newer, &older] {
            assert!(store::contribution::put(&mut tx, one, at(60)).await.unwrap());
        }
        assert_eq!(store::contribution::find(&mut tx, &older.checkout_id).await.unwrap(), Some(older.clone()));
        let of_ada = store::contribution::list_of_member(&mut tx, &newer.member_id).await.unwrap();
        assert_eq!(of_ada, [older, newer]);
        let ben = member(&mut tx, "ben").await;
        assert!(store::contribution::list_of_member(&mut tx, &ben.id).await.unwrap().is_empty());
    }

    async fn what_becomes_of_a_payment_is_said_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let mut one = draft(&mut tx, "ada", 10, None).await;
        assert!(store::contribution::put(&mut tx, &one, at(11)).await.unwrap());
        assert!(!store::contribution::put(&mut tx, &one, at(12)).await.unwrap());
        one.settled_at = Some(at(20));
        assert!(store::contribution::put(&mut tx, &one, at(21)).await.unwrap());
        one.state = State::Standing;
        assert!(store::contribution::put(&mut tx, &one, at(22)).await.unwrap());
        one.charge_ref = "ch_later".to_owned();
        assert!(store::contribution::put(&mut tx, &one, at(23)).await.unwrap());
        assert!(!store::contribution::put(&mut tx, &one, at(24)).await.unwrap());
        assert_eq!(store::contribution::find(&mut tx, &one.checkout_id).await.unwrap(), Some(one));
    }

    async fn a_checkout_that_was_paid_once_is_kept(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let one = draft(&mut tx, "ada", 10, None).await;
        store::contribution::put(&mut tx, &one, at(11)).await.unwrap();
        assert_eq!(store::checkout::delete_unpaid_before(&mut tx, at(100)).await.unwrap(), 0);
    }
}
