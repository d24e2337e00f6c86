use masthead::{
    domain::{
        entitlement::{Entitlement, Source},
        id::{MemberId, OfflinePaymentId},
        time::Window,
    },
    store::{
        self, Conn,
        entered_right::{OfflinePayment, Told},
    },
};

use crate::{
    ground::{ENTROPY, at, euros, member, plan, right},
    support::{TestDatabase, on_both_databases},
};

/// An offline right of somebody new.
async fn offline(conn: &mut Conn, name: &str, until: Option<i64>) -> Entitlement {
    let (member, plan_id) = (member(conn, name).await, plan(conn, "supporter").await);
    let right = right(&member.id, &plan_id, Source::Offline, 0, until);
    store::entitlement::insert(conn, &right, at(0)).await.unwrap();
    right
}

on_both_databases! {
    async fn an_entered_right_is_found_and_moved(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = offline(&mut tx, "ada", Some(100)).await;
        let (id, plan_id) = (&ada.member_id, &ada.plan_id);
        assert_eq!(store::entered_right::find(&mut tx, id, plan_id, Source::External).await.unwrap(), None);
        store::entered_right::set_reference(&mut tx, &ada.id, "A-7").await.unwrap();
        let window = Window { from: at(0), until: None };
        for changed in [true, false] {
            assert_eq!(store::entered_right::set_window(&mut tx, &ada.id, &window, at(5)).await.unwrap(), changed);
        }
        let found = store::entered_right::find(&mut tx, id, plan_id, Source::Offline).await.unwrap().unwrap();
        assert_eq!((found.right.window, found.reference.as_deref()), (window, Some("A-7")));
    }

    async fn an_end_is_told_once_and_only_of_what_lasts_longest(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = offline(&mut tx, "ada", Some(100)).await;
        let ben = offline(&mut tx, "ben", Some(90)).await;
        let longer = right(&ben.member_id, &ben.plan_id, Source::Comp, 0, None);
        store::entitlement::insert(&mut tx, &longer, at(0)).await.unwrap();
        for told in [Told::Ahead, Told::Ended] {
            let ask = (at(50), at(100));
            let due = store::entered_right::list_to_tell(&mut tx, told, ask, 9).await.unwrap();
            assert_eq!((due.len(), &due[0]), (1, &ada));
            for outside in [(at(0), at(99)), (at(100), at(200))] {
                assert!(store::entered_right::list_to_tell(&mut tx, told, outside, 9).await.unwrap().is_empty());
            }
            for first in [true, false] {
                assert_eq!(store::entered_right::mark_told(&mut tx, &ada.id, told, at(60)).await.unwrap(), first);
            }
            assert!(store::entered_right::list_to_tell(&mut tx, told, ask, 9).await.unwrap().is_empty());
        }
        // Another end is another thing to tell.
        let window = Window { from: at(0), until: Some(at(150)) };
        store::entered_right::set_window(&mut tx, &ada.id, &window, at(70)).await.unwrap();
        let again = store::entered_right::list_to_tell(&mut tx, Told::Ahead, (at(50), at(150)), 9).await.unwrap();
        assert_eq!(again.len(), 1);
    }

    async fn what_was_paid_adds_up(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = offline(&mut tx, "ada", Some(100)).await;
        for amount_minor in [700, 300] {
            let payment = OfflinePayment {
                id: OfflinePaymentId::mint(at(0), &ENTROPY),
                member_id: &ada.member_id,
                entitlement_id: &ada.id,
                money: euros(amount_minor),
                reference: Some("bank 7"),
                noted_at: at(1),
            };
            store::entered_right::note_payment(&mut tx, &payment).await.unwrap();
        }
        let within = async |tx: &mut store::Tx, from, until, member: Option<&MemberId>| {
            let window = Window { from: at(from), until: Some(at(until)) };
            store::entered_right::list_payments_within(tx, &window, member).await.unwrap()
        };
        let both = within(&mut tx, 1, 2, None).await;
        let mut sums: Vec<i64> = both.iter().map(|entry| entry.money.amount_minor).collect();
        sums.sort_unstable();
        assert_eq!(sums, [300, 700]);
        assert_eq!((both[0].plan_slug.as_deref(), both[0].reference.as_deref()), (Some("supporter"), Some("bank 7")));
        assert_eq!(within(&mut tx, 1, 2, Some(&ada.member_id)).await, both);
        let ben = member(&mut tx, "ben").await;
        assert_eq!(within(&mut tx, 1, 2, Some(&ben.id)).await, []);
        assert_eq!((within(&mut tx, 0, 1, None).await, within(&mut tx, 2, 9, None).await), (vec![], vec![]));
        let times = store::entered_right::list_payment_times(&mut tx, &ada.member_id).await.unwrap();
        assert_eq!(times.len(), 2);
        assert!(store::entered_right::list_payment_times(&mut tx, &ben.id).await.unwrap().is_empty());
        for (currency, sum) in [("EUR", 1_000), ("USD", 0)] {
            assert_eq!(store::entered_right::sum_payments(&mut tx, &ada.member_id, currency).await.unwrap(), sum);
        }
    }
}
