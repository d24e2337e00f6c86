use std::collections::BTreeSet;

use masthead::{
    domain::{id::OutboxId, time::Moment},
    store::{
        self, Conn,
        outbox::{Claimed, Draft, Lane, Message},
    },
};

use crate::{
    ground::{ENTROPY, at, at_once, person},
    support::{TestDatabase, on_both_databases},
};

fn message(name: &str) -> Message {
    Message::ExpireCheckout { gateway_session_id: name.to_owned() }
}

async fn claim(conn: &mut Conn, now: Moment, leased_until: Moment, limit: i64) -> Vec<Claimed> {
    store::outbox::claim(conn, Lane::Gateway, now, leased_until, limit).await.unwrap()
}

/// What a worker that claimed a message holds.
fn by_id<'a>(claimed: &'a [Claimed], id: &OutboxId) -> &'a Claimed {
    claimed.iter().find(|message| message.id == *id).unwrap()
}

async fn post(conn: &mut Conn, name: &str, second: i64) -> OutboxId {
    let id = OutboxId::mint(at(second), &ENTROPY);
    let draft =
        Draft { id: id.clone(), person_id: None, message: message(name), now: at(second), expires_at: at(1_000) };
    store::outbox::post(conn, &draft).await.unwrap();
    id
}

on_both_databases! {
    async fn a_message_is_claimed_as_it_was_posted(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = person(&mut tx, "ada").await;
        let mail = masthead::domain::mail::Mail::ConfirmAddress { attempt_id: "att_1".to_owned() };
        let draft = Draft {
            id: OutboxId::mint(at(0), &ENTROPY),
            person_id: Some(ada.id),
            message: Message::Mail { mail },
            now: at(0),
            expires_at: at(1_000),
        };
        store::outbox::post(&mut tx, &draft).await.unwrap();
        assert_eq!(store::outbox::count_waiting(&mut tx).await.unwrap(), 1);
        let claimed = store::outbox::claim(&mut tx, Lane::Mail, at(0), at(30), 10).await.unwrap();
        assert_eq!(claimed.len(), 1);
        let claimed = &claimed[0];
        assert_eq!((&claimed.id, &claimed.person_id, &claimed.message), (&draft.id, &draft.person_id, &draft.message));
        assert_eq!((claimed.attempts, claimed.expires_at, &claimed.last_error), (0, at(1_000), &None));
    }

    async fn what_is_posted_and_rolled_back_never_goes_out(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        post(&mut tx, "one", 0).await;
        drop(tx);
        let mut tx = db.store.begin().await.unwrap();
        assert!(claim(&mut tx, at(1), at(30), 10).await.is_empty());
    }

    async fn what_waits_is_hurried(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let expire = |session: &str| Message::ExpireCheckout { gateway_session_id: session.to_owned() };
        let draft = Draft {
            id: OutboxId::mint(at(0), &ENTROPY),
            person_id: None,
            message: expire("cs_1"),
            now: at(50),
            expires_at: at(100),
        };
        store::outbox::post(&mut tx, &draft).await.unwrap();
        assert!(store::outbox::claim(&mut tx, Lane::Gateway, at(9), at(19), 10).await.unwrap().is_empty());
        assert!(!store::outbox::hurry(&mut tx, &expire("cs_2"), at(9)).await.unwrap());
        assert!(store::outbox::hurry(&mut tx, &expire("cs_1"), at(9)).await.unwrap());
        assert_eq!(store::outbox::claim(&mut tx, Lane::Gateway, at(9), at(19), 10).await.unwrap().len(), 1);
        store::outbox::mark_sent(&mut tx, &draft.id, at(10)).await.unwrap();
        assert!(!store::outbox::hurry(&mut tx, &expire("cs_1"), at(11)).await.unwrap());
    }

    async fn two_workers_never_claim_the_same(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for number in 0..100 {
            post(&mut tx, &format!("message{number}"), 0).await;
        }
        tx.commit().await.unwrap();
        let claims = at_once(&db.store, 30, |mut tx, _| async move {
            let claimed = claim(&mut tx, at(1), at(31), 7).await;
            (tx, claimed)
        })
        .await;
        let ids: Vec<OutboxId> = claims.into_iter().flatten().map(|claimed| claimed.id).collect();
        let distinct: BTreeSet<&OutboxId> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len(), "a message was claimed twice");
        // Workers that looked at the same rows go away with fewer; what is left stays for the next look.
        let mut tx = db.store.begin().await.unwrap();
        let left = claim(&mut tx, at(1), at(31), 1_000).await;
        assert_eq!(ids.len() + left.len(), 100, "nothing is lost");
    }

    async fn a_lease_that_ran_out_is_taken_again(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        post(&mut tx, "one", 0).await;
        assert_eq!(claim(&mut tx, at(0), at(30), 10).await.len(), 1);
        assert!(claim(&mut tx, at(29), at(59), 10).await.is_empty());
        let again = claim(&mut tx, at(30), at(60), 10).await;
        assert_eq!(again[0].attempts, 1);
    }

    async fn one_that_is_let_go_of_untried_is_as_if_nobody_had_claimed_it(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (untried, sent) = (post(&mut tx, "a", 0).await, post(&mut tx, "b", 0).await);
        let held = claim(&mut tx, at(0), at(30), 10).await;
        store::outbox::mark_sent(&mut tx, &sent, at(1)).await.unwrap();
        for id in [&untried, &sent] {
            store::outbox::release(&mut tx, by_id(&held, id)).await.unwrap();
        }
        let again = claim(&mut tx, at(1), at(31), 10).await;
        assert_eq!(again.iter().map(|claimed| (&claimed.id, claimed.attempts)).collect::<Vec<_>>(), [(&untried, 0)]);
    }

    async fn messages_go_out_in_order_and_when_due(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let late = post(&mut tx, "late", 9).await;
        let early = post(&mut tx, "early", 1).await;
        assert!(claim(&mut tx, at(0), at(30), 10).await.is_empty());
        let first = claim(&mut tx, at(10), at(30), 1).await;
        let second = claim(&mut tx, at(10), at(30), 1).await;
        assert_eq!((&first[0].id, &second[0].id), (&early, &late));
    }

    async fn sent_ones_are_done_and_failed_ones_come_back_when_told(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (sent, failed, hopeless) = (post(&mut tx, "a", 0).await, post(&mut tx, "b", 0).await, post(&mut tx, "c", 0).await);
        let held = claim(&mut tx, at(0), at(30), 10).await;
        store::outbox::mark_sent(&mut tx, &sent, at(1)).await.unwrap();
        store::outbox::retry_at(&mut tx, by_id(&held, &failed), at(20), "busy").await.unwrap();
        let hopeless = by_id(&held, &hopeless);
        assert!(store::outbox::give_up(&mut tx, hopeless, at(1), "no such session").await.unwrap());
        assert!(!store::outbox::give_up(&mut tx, hopeless, at(1), "no such session").await.unwrap(), "only once");
        assert_eq!(store::outbox::count_given_up(&mut tx).await.unwrap(), 1);
        assert_eq!(store::outbox::count_waiting(&mut tx).await.unwrap(), 1);
        assert!(claim(&mut tx, at(19), at(49), 10).await.is_empty());
        let again = claim(&mut tx, at(20), at(50), 10).await;
        assert_eq!(again.iter().map(|claimed| (&claimed.id, claimed.attempts)).collect::<Vec<_>>(), [(&failed, 1)]);
        assert_eq!(again[0].last_error.as_deref(), Some("busy"));
        assert_eq!(store::outbox::delete_before(&mut tx, at(1)).await.unwrap(), 0);
        assert_eq!(store::outbox::delete_before(&mut tx, at(2)).await.unwrap(), 2);
        assert_eq!(store::outbox::count_waiting(&mut tx).await.unwrap(), 1);
    }

    async fn what_is_of_use_for_the_shortest_goes_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let receipt = post(&mut tx, "receipt", 0).await;
        let code = OutboxId::mint(at(5), &ENTROPY);
        let draft =
            Draft { id: code.clone(), person_id: None, message: message("code"), now: at(5), expires_at: at(905) };
        store::outbox::post(&mut tx, &draft).await.unwrap();
        let both = claim(&mut tx, at(6), at(30), 10).await;
        assert_eq!(both.iter().map(|claimed| &claimed.id).collect::<Vec<_>>(), [&code, &receipt]);
    }

    async fn each_lane_claims_its_own(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let call = post(&mut tx, "call", 0).await;
        let person_id = Some(person(&mut tx, "ada").await.id);
        let mail = masthead::domain::mail::Mail::SignIn { attempt_id: "att_1".to_owned() };
        let (id, message) = (OutboxId::mint(at(0), &ENTROPY), Message::Mail { mail });
        let draft = Draft { id: id.clone(), person_id, message, now: at(0), expires_at: at(900) };
        store::outbox::post(&mut tx, &draft).await.unwrap();
        let calls = store::outbox::claim(&mut tx, Lane::Gateway, at(0), at(30), 10).await.unwrap();
        let mails = store::outbox::claim(&mut tx, Lane::Mail, at(0), at(30), 10).await.unwrap();
        assert_eq!((calls.len(), &calls[0].id), (1, &call));
        assert_eq!((mails.len(), &mails[0].id), (1, &id));
    }

    // A worker was so slow that its lease ran out, and another one has the message now.
    async fn who_lost_the_lease_changes_nothing_but_that_it_went_out(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let id = post(&mut tx, "one", 0).await;
        let slow = claim(&mut tx, at(0), at(30), 1).await;
        let held = claim(&mut tx, at(30), at(60), 1).await;
        store::outbox::retry_at(&mut tx, &slow[0], at(31), "slow").await.unwrap();
        store::outbox::release(&mut tx, &slow[0]).await.unwrap();
        assert!(!store::outbox::give_up(&mut tx, &slow[0], at(31), "slow").await.unwrap());
        assert!(claim(&mut tx, at(59), at(90), 1).await.is_empty(), "the lease was let go of by somebody else");
        store::outbox::mark_sent(&mut tx, &id, at(59)).await.unwrap();
        store::outbox::retry_at(&mut tx, &held[0], at(60), "late").await.unwrap();
        assert!(!store::outbox::give_up(&mut tx, &held[0], at(60), "late").await.unwrap());
        assert_eq!(store::outbox::count_waiting(&mut tx).await.unwrap(), 0);
    }

    async fn the_backlog_is_what_waits_and_since_when(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let backlog = async |tx: &mut Conn| {
            let backlog = store::outbox::backlog(tx).await.unwrap();
            (backlog.waiting, backlog.oldest_at)
        };
        assert_eq!(backlog(&mut tx).await, (0, None));
        let (first, second) = (post(&mut tx, "a", 3).await, post(&mut tx, "b", 5).await);
        assert_eq!(backlog(&mut tx).await, (2, Some(at(3))));
        store::outbox::mark_sent(&mut tx, &first, at(6)).await.unwrap();
        assert_eq!(backlog(&mut tx).await, (1, Some(at(5))));
        let held = claim(&mut tx, at(7), at(8), 10).await;
        assert!(store::outbox::give_up(&mut tx, by_id(&held, &second), at(7), "no").await.unwrap());
        assert_eq!(backlog(&mut tx).await, (0, None));
    }
}
