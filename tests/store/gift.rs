use masthead::{
    domain::{
        contribution::{Contribution, State},
        gift::{Gift, Note, Redeemed},
        id::{GiftId, PaymentEntryId},
        member::Member,
        payment::MovementKind,
        time::Window,
    },
    store::{self, Conn, gift::Money, payment_ledger::Owner},
};

use crate::{
    ground::{ENTROPY, at, checkout, euros, member, person, plan},
    payment_ledger::movement,
    support::{TestDatabase, on_both_databases},
};

async fn draft(conn: &mut Conn, name: &str) -> Gift {
    Gift {
        id: GiftId::mint(at(0), &ENTROPY),
        checkout_id: checkout(conn, "ada", &format!("browser-{name}")).await.id,
        plan_id: plan(conn, "supporter").await,
        months: 12,
        giver_id: None,
        recipient_id: Some(person(conn, "ben").await.id),
        note: Note { from: Some("Ada".to_owned()), message: Some("Read\nthis".to_owned()) },
        send_at: Some(at(50)),
        money: None,
        settled_at: None,
        sent_at: None,
        expires_at: None,
        redeemed: None,
        revoked_at: None,
    }
}

/// A gift that is paid at 10 and can be redeemed until 100.
async fn paid(conn: &mut Conn, name: &str) -> Gift {
    let gift = draft(conn, name).await;
    store::gift::insert(conn, &gift, name, at(1)).await.unwrap();
    let giver = member(conn, "ada").await;
    assert!(store::gift::put_money(conn, &gift.id, &standing(&giver), at(10)).await.unwrap());
    store::gift::find(conn, &gift.id).await.unwrap().unwrap()
}

fn standing(giver: &Member) -> Money<'_> {
    Money { giver_id: &giver.id, state: State::Standing, settled_at: Some(at(10)), expires_at: Some(at(100)) }
}

/// Books what was paid for a gift.
async fn book(conn: &mut Conn, gift: &Gift, giver: &Member) {
    let contribution = Contribution {
        checkout_id: gift.checkout_id.clone(),
        member_id: giver.id.clone(),
        plan_id: gift.plan_id.clone(),
        charge_ref: "ch_1".to_owned(),
        made_at: at(10),
        settled_at: Some(at(10)),
        state: State::Standing,
        opens_months: None,
    };
    store::contribution::put(conn, &contribution, at(10)).await.unwrap();
    for (id, kind, amount_minor) in [("txn_1", MovementKind::Payment, 700), ("txn_2", MovementKind::Refund, -700)] {
        let movement = movement(id, kind, amount_minor, 10);
        let entry = PaymentEntryId::mint(at(0), &ENTROPY);
        store::payment_ledger::append(conn, &entry, &movement, &Owner::default(), at(11)).await.unwrap();
    }
}

async fn redeemed(conn: &mut Conn, name: &str, seconds: i64) -> Redeemed {
    let window = Window { from: at(seconds), until: Some(at(seconds + 1_000)) };
    Redeemed { member_id: member(conn, name).await.id, at: at(seconds), window }
}

on_both_databases! {
    async fn a_gift_is_found_by_what_it_is_paid_with_and_by_its_code(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let gift = draft(&mut tx, "one").await;
        store::gift::insert(&mut tx, &gift, "hash", at(1)).await.unwrap();
        for found in [
            store::gift::find(&mut tx, &gift.id).await.unwrap(),
            store::gift::find_by_checkout(&mut tx, &gift.checkout_id).await.unwrap(),
            store::gift::find_by_code(&mut tx, "hash").await.unwrap(),
        ] {
            assert_eq!(found, Some(gift.clone()));
        }
        assert_eq!(store::gift::find_by_code(&mut tx, "other").await.unwrap(), None);
        assert!(store::gift::list_settled(&mut tx, None).await.unwrap().is_empty());
    }

    async fn what_became_of_its_money_is_noted_once_and_its_last_day_stays(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let gift = paid(&mut tx, "one").await;
        let giver = member(&mut tx, "ada").await;
        assert_eq!((gift.money, gift.expires_at), (Some(State::Standing), Some(at(100))));
        assert!(!store::gift::put_money(&mut tx, &gift.id, &standing(&giver), at(11)).await.unwrap());
        let gone = Money { state: State::Gone, expires_at: Some(at(999)), ..standing(&giver) };
        assert!(store::gift::put_money(&mut tx, &gift.id, &gone, at(12)).await.unwrap());
        let found = store::gift::find(&mut tx, &gift.id).await.unwrap().unwrap();
        assert_eq!((found.money, found.expires_at), (Some(State::Gone), Some(at(100))));
        let listed = store::gift::list_settled(&mut tx, None).await.unwrap();
        assert_eq!(listed.iter().map(|one| &one.gift).collect::<Vec<_>>(), [&found]);
    }

    async fn only_what_was_ever_paid_is_listed_with_the_sum_and_for_whom_it_is_asked(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let gift = paid(&mut tx, "one").await;
        let unpaid = draft(&mut tx, "two").await;
        store::gift::insert(&mut tx, &unpaid, "two", at(1)).await.unwrap();
        let giver = member(&mut tx, "ada").await;
        let never = Money { state: State::Gone, settled_at: None, expires_at: None, giver_id: &giver.id };
        assert!(store::gift::put_money(&mut tx, &unpaid.id, &never, at(12)).await.unwrap());
        book(&mut tx, &gift, &giver).await;
        for (name, count) in [(None, 1), (Some("ada"), 1), (Some("ben"), 1), (Some("cleo"), 0)] {
            let person = match name {
                Some(name) => Some(person(&mut tx, name).await.id),
                None => None,
            };
            let listed = store::gift::list_settled(&mut tx, person.as_ref()).await.unwrap();
            assert_eq!(listed.len(), count, "{name:?}");
            assert!(listed.iter().all(|one| one.gift == gift && one.paid == Some(euros(700))), "{listed:?}");
            assert!(listed.iter().all(|one| one.giver_number == Some(giver.number)), "{listed:?}");
        }
    }

    async fn its_code_is_mailed_once_on_its_day_and_once_again_before_its_last(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let gift = paid(&mut tx, "one").await;
        assert!(store::gift::list_to_send(&mut tx, at(49), 9).await.unwrap().is_empty());
        assert_eq!(store::gift::list_to_send(&mut tx, at(50), 9).await.unwrap().len(), 1);
        assert!(store::gift::list_to_remind(&mut tx, at(101), 9).await.unwrap().is_empty(), "it was not mailed yet");
        assert!(store::gift::mark_sent(&mut tx, &gift.id, at(50)).await.unwrap());
        assert!(!store::gift::mark_sent(&mut tx, &gift.id, at(51)).await.unwrap());
        assert!(store::gift::list_to_send(&mut tx, at(60), 9).await.unwrap().is_empty());
        assert!(store::gift::list_to_remind(&mut tx, at(100), 9).await.unwrap().is_empty());
        assert_eq!(store::gift::list_to_remind(&mut tx, at(101), 9).await.unwrap().len(), 1);
        assert!(store::gift::mark_reminded(&mut tx, &gift.id, at(70)).await.unwrap());
        assert!(!store::gift::mark_reminded(&mut tx, &gift.id, at(70)).await.unwrap());
        assert!(store::gift::list_to_remind(&mut tx, at(101), 9).await.unwrap().is_empty());
    }

    async fn a_gift_is_redeemed_once_and_in_time_or_taken_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let gift = paid(&mut tx, "one").await;
        let late = redeemed(&mut tx, "ben", 100).await;
        assert!(!store::gift::redeem(&mut tx, &gift.id, &late, at(100)).await.unwrap());
        let first = redeemed(&mut tx, "ben", 99).await;
        assert!(store::gift::redeem(&mut tx, &gift.id, &first, at(99)).await.unwrap());
        let second = redeemed(&mut tx, "cara", 99).await;
        assert!(!store::gift::redeem(&mut tx, &gift.id, &second, at(99)).await.unwrap());
        assert_eq!(store::gift::find(&mut tx, &gift.id).await.unwrap().unwrap().redeemed, Some(first));
        assert!(!store::gift::revoke(&mut tx, &gift.id, at(99)).await.unwrap(), "somebody reads by it");
        let (ben, cara) = (member(&mut tx, "ben").await, member(&mut tx, "cara").await);
        let bens = store::gift::list_of_reader(&mut tx, &ben.id).await.unwrap();
        assert_eq!(bens.iter().map(|one| &one.id).collect::<Vec<_>>(), [&gift.id]);
        assert!(store::gift::list_of_reader(&mut tx, &cara.id).await.unwrap().is_empty());

        let other = paid(&mut tx, "two").await;
        let ada = member(&mut tx, "ada").await;
        let given = store::gift::list_of_giver(&mut tx, &ada.id).await.unwrap();
        assert_eq!(given.len(), 2);
        assert!([&gift.id, &other.id].iter().all(|id| given.iter().any(|one| one.id == **id)));
        assert!(store::gift::list_of_giver(&mut tx, &ben.id).await.unwrap().is_empty());
        assert!(store::gift::revoke(&mut tx, &other.id, at(20)).await.unwrap());
        assert!(!store::gift::revoke(&mut tx, &other.id, at(21)).await.unwrap());
        assert!(!store::gift::redeem(&mut tx, &other.id, &second, at(99)).await.unwrap());
        assert!(store::gift::list_to_send(&mut tx, at(60), 9).await.unwrap().is_empty());
    }

    async fn what_was_never_paid_is_dropped_with_its_checkout(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let unpaid = draft(&mut tx, "one").await;
        store::gift::insert(&mut tx, &unpaid, "one", at(1)).await.unwrap();
        let kept = paid(&mut tx, "two").await;
        assert_eq!(store::checkout::delete_unpaid_before(&mut tx, at(9_999)).await.unwrap(), 1);
        assert_eq!(store::gift::find(&mut tx, &unpaid.id).await.unwrap(), None);
        assert_eq!(store::gift::find(&mut tx, &kept.id).await.unwrap(), Some(kept));
    }
}
