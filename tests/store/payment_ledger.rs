use masthead::{
    domain::{
        id::PaymentEntryId,
        money::{Currency, Money},
        payment::{Movement, MovementKind},
        time::Window,
    },
    store::{self, payment_ledger::Owner},
};

use crate::{
    ground::{ENTROPY, at, at_once, euros, member, subscription},
    support::{TestDatabase, on_both_databases},
};

pub fn movement(id: &str, kind: MovementKind, amount_minor: i64, second: i64) -> Movement {
    Movement {
        balance_transaction_id: id.to_owned(),
        kind,
        subscription_ref: None,
        invoice_ref: Some("in_1".to_owned()),
        charge_ref: Some("ch_1".to_owned()),
        source_ref: None,
        checkout_ref: None,
        gross: euros(amount_minor),
        tax_minor: 0,
        tax_rate: Some("20".to_owned()),
        fee_minor: 30,
        net_minor: amount_minor - 30,
        occurred_at: at(second),
    }
}

fn entry_id() -> PaymentEntryId {
    PaymentEntryId::mint(at(0), &ENTROPY)
}

on_both_databases! {
    async fn a_balance_transaction_has_one_row_however_often_it_comes(db: TestDatabase) {
        let appended = at_once(&db.store, 30, |mut tx, _| async move {
            let payment = movement("txn_1", MovementKind::Payment, 700, 0);
            let new = store::payment_ledger::append(&mut tx, &entry_id(), &payment, &Owner::default(), at(1)).await;
            (tx, new.unwrap())
        })
        .await;
        assert_eq!(appended.iter().filter(|new| **new).count(), 1);
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::payment_ledger::list_posted(&mut conn, &["txn_0", "txn_1"]).await.unwrap(), ["txn_1"]);
        assert!(store::payment_ledger::list_posted(&mut conn, &[]).await.unwrap().is_empty());
        let sums = store::payment_ledger::sum(&mut conn, "EUR").await.unwrap();
        assert_eq!((sums.rows, sums.gross_minor, sums.fee_minor, sums.net_minor), (1, 700, 30, 670));
    }

    async fn a_members_movements_read_back_newest_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ours = subscription(&mut tx, "ada", "sub_1").await;
        let owner = Owner { member_id: Some(ours.member_id.clone()), subscription_id: Some(ours.id.clone()), ..Owner::default() };
        for movement in [
            movement("txn_1", MovementKind::Payment, 700, 1),
            movement("txn_2", MovementKind::Refund, -700, 2),
        ] {
            store::payment_ledger::append(&mut tx, &entry_id(), &movement, &owner, at(9)).await.unwrap();
        }
        let stranger = Owner { member_id: Some(member(&mut tx, "ben").await.id), ..Owner::default() };
        let other = movement("txn_3", MovementKind::Payment, 1_500, 3);
        store::payment_ledger::append(&mut tx, &entry_id(), &other, &stranger, at(9)).await.unwrap();
        let lines = store::payment_ledger::list_of_member(&mut tx, &ours.member_id).await.unwrap();
        let seen: Vec<_> = lines.iter().map(|line| (line.kind, line.gross, line.occurred_at)).collect();
        assert_eq!(seen, [(MovementKind::Refund, euros(-700), at(2)), (MovementKind::Payment, euros(700), at(1))]);
        assert_eq!(lines[0].subscription_id, Some(ours.id));
    }

    async fn currencies_are_summed_apart(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let mut dollars = movement("txn_1", MovementKind::Payment, 900, 1);
        dollars.gross = Money { amount_minor: 900, currency: Currency::parse("USD").unwrap() };
        for movement in [dollars, movement("txn_2", MovementKind::Payment, 700, 1)] {
            store::payment_ledger::append(&mut tx, &entry_id(), &movement, &Owner::default(), at(1)).await.unwrap();
        }
        let gross = async |tx: &mut store::Tx, currency| store::payment_ledger::sum(tx, currency).await.unwrap().gross_minor;
        assert_eq!((gross(&mut tx, "EUR").await, gross(&mut tx, "USD").await, gross(&mut tx, "JPY").await), (700, 900, 0));
    }

    async fn a_statement_reads_a_half_open_stretch(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ours = subscription(&mut tx, "ada", "sub_1").await;
        let owner = Owner {
            member_id: Some(ours.member_id.clone()),
            subscription_id: Some(ours.id),
            price_id: Some(ours.price_id.clone()),
            plan_slug: Some("supporter".to_owned()),
        };
        for (id, second, owner) in [
            ("txn_0", 9, &owner),
            ("txn_1", 10, &owner),
            ("txn_2", 19, &Owner::default()),
            ("txn_3", 20, &owner),
        ] {
            let mut movement = movement(id, MovementKind::Payment, 700, second);
            movement.source_ref = Some("ch_1".to_owned());
            store::payment_ledger::append(&mut tx, &entry_id(), &movement, owner, at(30)).await.unwrap();
        }
        let window = Window { from: at(10), until: Some(at(20)) };
        let seen = store::payment_ledger::list_within(&mut tx, &window, None).await.unwrap();
        let ids: Vec<_> = seen.iter().map(|entry| entry.balance_transaction_id.as_str()).collect();
        assert_eq!(ids, ["txn_1", "txn_2"]);
        assert_eq!((seen[0].plan_slug.as_deref(), seen[0].source_ref.as_deref()), (Some("supporter"), Some("ch_1")));
        assert_eq!(seen[0].tax_rate.as_deref(), Some("20"));
        assert_eq!((seen[0].price_id.as_ref(), seen[1].member_id.as_ref()), (Some(&ours.price_id), None));
        let hers = store::payment_ledger::list_within(&mut tx, &window, Some(&ours.member_id)).await.unwrap();
        assert_eq!(hers.len(), 1);
        let open = Window { from: at(10), until: None };
        assert_eq!(store::payment_ledger::list_within(&mut tx, &open, None).await.unwrap().len(), 3);
        let before = async |tx: &mut store::Tx, second, member| store::payment_ledger::sum_before(tx, at(second), member).await.unwrap();
        assert_eq!(before(&mut tx, 9, None).await, []);
        assert_eq!(before(&mut tx, 20, None).await, [euros(3 * 670)]);
        assert_eq!(before(&mut tx, 20, Some(&ours.member_id)).await, [euros(2 * 670)]);
    }

    async fn what_comes_of_a_charge_is_for_what_was_posted_of_it_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ours = subscription(&mut tx, "ada", "sub_1").await;
        let first = Owner { price_id: Some(ours.price_id), plan_slug: Some("old".to_owned()), ..Owner::default() };
        let later = Owner { plan_slug: Some("new".to_owned()), ..Owner::default() };
        for (id, second, owner) in [("txn_2", 2, &later), ("txn_1", 1, &first)] {
            let movement = movement(id, MovementKind::Payment, 700, second);
            store::payment_ledger::append(&mut tx, &entry_id(), &movement, owner, at(3)).await.unwrap();
        }
        assert_eq!(store::payment_ledger::find_owner_of_charge(&mut tx, "ch_1").await.unwrap(), Some(first));
        assert_eq!(store::payment_ledger::find_owner_of_charge(&mut tx, "ch_2").await.unwrap(), None);
    }

    async fn what_is_posted_can_be_neither_changed_nor_taken_out(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let payment = movement("txn_1", MovementKind::Payment, 700, 0);
        store::payment_ledger::append(&mut tx, &entry_id(), &payment, &Owner::default(), at(1)).await.unwrap();
        tx.commit().await.unwrap();
        for statement in [
            "UPDATE payment_ledger SET gross_minor = 0",
            "UPDATE payment_ledger SET member_id = NULL",
            "DELETE FROM payment_ledger",
            "DELETE FROM payment_ledger WHERE balance_transaction_id = 'txn_1'",
        ] {
            let mut tx = db.store.begin().await.unwrap();
            let error = sqlx::query(statement).execute(&mut *tx).await.unwrap_err();
            assert!(error.to_string().contains("append-only"), "{statement}: {error}");
        }
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::payment_ledger::sum(&mut conn, "EUR").await.unwrap().gross_minor, 700);
    }
}
