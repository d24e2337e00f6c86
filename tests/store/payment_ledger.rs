use masthead::{
    domain::{
        id::PaymentEntryId,
        money::{Currency, Money},
        payment::{Movement, MovementKind},
    },
    store::{self, payment_ledger::Owner},
};

use crate::{
    ground::{ENTROPY, at, at_once, euros, member, subscription},
    support::{TestDatabase, on_both_databases},
};

fn movement(id: &str, kind: MovementKind, amount_minor: i64, second: i64) -> Movement {
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
        let sums = store::payment_ledger::sum(&mut conn, "EUR").await.unwrap();
        assert_eq!((sums.rows, sums.gross_minor, sums.fee_minor, sums.net_minor), (1, 700, 30, 670));
    }

    async fn a_members_movements_read_back_newest_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ours = subscription(&mut tx, "ada", "sub_1").await;
        let owner = Owner { member_id: Some(ours.member_id.clone()), subscription_id: Some(ours.id.clone()) };
        for movement in [
            movement("txn_1", MovementKind::Payment, 700, 1),
            movement("txn_2", MovementKind::Refund, -700, 2),
        ] {
            store::payment_ledger::append(&mut tx, &entry_id(), &movement, &owner, at(9)).await.unwrap();
        }
        let stranger = Owner { member_id: Some(member(&mut tx, "ben").await.id), subscription_id: None };
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
}
