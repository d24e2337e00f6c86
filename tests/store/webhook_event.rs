use masthead::{
    domain::payment_event::PaymentEvent,
    store::{self, Conn, webhook_event::Intake},
};

use crate::{
    ground::{at, at_once},
    support::{TestDatabase, on_both_databases},
};

fn event(id: &str, routing_key: Option<&str>) -> PaymentEvent {
    PaymentEvent {
        id: id.to_owned(),
        kind: "invoice.paid".to_owned(),
        object_id: Some("in_1".to_owned()),
        routing_key: routing_key.map(str::to_owned),
        livemode: false,
        account: None,
    }
}

async fn insert(conn: &mut Conn, id: &str, routing_key: &str, second: i64) {
    let event = event(id, Some(routing_key));
    assert!(store::webhook_event::insert(conn, &event, "{}", Intake::Pending, at(second)).await.unwrap());
}

/// Whose events are next at a second, beside those that are in hand.
async fn due(conn: &mut Conn, second: i64, in_hand: &[&str]) -> Option<String> {
    let in_hand: Vec<String> = in_hand.iter().map(|key| (*key).to_owned()).collect();
    store::webhook_event::find_due_key(conn, at(second), &in_hand).await.unwrap()
}

on_both_databases! {
    async fn an_event_is_taken_in_once_however_often_it_comes(db: TestDatabase) {
        let taken = at_once(&db.store, 50, |mut tx, _| async move {
            let event = event("evt_1", Some("cus_1"));
            let new = store::webhook_event::insert(&mut tx, &event, "{}", Intake::Pending, at(0)).await.unwrap();
            (tx, new)
        })
        .await;
        assert_eq!(taken.iter().filter(|new| **new).count(), 1);
        let mut conn = db.store.read().await.unwrap();
        assert_eq!(store::webhook_event::list_pending(&mut conn, "cus_1").await.unwrap(), ["evt_1"]);
    }

    async fn intakes_are_kept_apart(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for (id, intake) in [("evt_1", Intake::Pending), ("evt_2", Intake::Ignored), ("evt_3", Intake::Quarantined)] {
            store::webhook_event::insert(&mut tx, &event(id, Some("cus_1")), "{}", intake, at(0)).await.unwrap();
        }
        for state in ["pending", "ignored", "quarantined"] {
            assert_eq!(store::webhook_event::count(&mut tx, state).await.unwrap(), 1, "{state}");
        }
        assert_eq!(store::webhook_event::list_pending(&mut tx, "cus_1").await.unwrap(), ["evt_1"]);
    }

    async fn the_known_ones_among_many_are_told(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for id in ["evt_1", "evt_2"] {
            insert(&mut tx, id, "cus_1", 0).await;
        }
        let asked: Vec<String> = (2..102).map(|number| format!("evt_{number}")).collect();
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        assert_eq!(store::webhook_event::list_known(&mut tx, &asked).await.unwrap(), ["evt_2"]);
        assert!(store::webhook_event::list_known(&mut tx, &[]).await.unwrap().is_empty());
    }

    async fn keys_come_due_longest_waiting_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        insert(&mut tx, "evt_1", "cus_late", 5).await;
        insert(&mut tx, "evt_2", "cus_early", 1).await;
        insert(&mut tx, "evt_3", "cus_early", 9).await;
        store::webhook_event::insert(&mut tx, &event("evt_4", None), "{}", Intake::Pending, at(0)).await.unwrap();
        assert_eq!(due(&mut tx, 0, &[]).await, None);
        assert_eq!(due(&mut tx, 9, &[]).await.as_deref(), Some("cus_early"));
        assert_eq!(due(&mut tx, 9, &["cus_early"]).await.as_deref(), Some("cus_late"));
        assert_eq!(due(&mut tx, 9, &["cus_late", "cus_early", "cus_other"]).await, None);
        assert_eq!(store::webhook_event::list_pending(&mut tx, "cus_early").await.unwrap(), ["evt_2", "evt_3"]);
    }

    async fn a_done_event_is_done_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        insert(&mut tx, "evt_1", "cus_1", 0).await;
        assert!(store::webhook_event::mark_done(&mut tx, "evt_1", at(1)).await.unwrap());
        assert!(!store::webhook_event::mark_done(&mut tx, "evt_1", at(2)).await.unwrap());
        assert!(store::webhook_event::list_pending(&mut tx, "cus_1").await.unwrap().is_empty());
        assert_eq!(store::webhook_event::count(&mut tx, "done").await.unwrap(), 1);
    }

    async fn failed_ones_wait_and_their_tries_are_counted(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        insert(&mut tx, "evt_1", "cus_1", 0).await;
        insert(&mut tx, "evt_2", "cus_2", 0).await;
        assert_eq!(store::webhook_event::max_attempts(&mut tx, "cus_1").await.unwrap(), 0);
        for due in [10, 20] {
            store::webhook_event::retry_at(&mut tx, "cus_1", at(due), "busy").await.unwrap();
        }
        insert(&mut tx, "evt_3", "cus_1", 15).await;
        assert_eq!(store::webhook_event::max_attempts(&mut tx, "cus_1").await.unwrap(), 2);
        assert_eq!(store::webhook_event::max_attempts(&mut tx, "cus_3").await.unwrap(), 0);
        assert_eq!(due(&mut tx, 14, &[]).await.as_deref(), Some("cus_2"));
        assert_eq!(due(&mut tx, 15, &["cus_2"]).await.as_deref(), Some("cus_1"), "a new event is due at once");
    }

    async fn who_is_worked_on_elsewhere_waits_and_has_failed_at_nothing(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        insert(&mut tx, "evt_1", "cus_1", 0).await;
        store::webhook_event::put_off(&mut tx, "cus_1", at(5)).await.unwrap();
        assert_eq!(due(&mut tx, 4, &[]).await, None);
        assert_eq!(due(&mut tx, 5, &[]).await.as_deref(), Some("cus_1"));
        assert_eq!(store::webhook_event::max_attempts(&mut tx, "cus_1").await.unwrap(), 0);
    }

    async fn what_was_put_off_is_due_again(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        insert(&mut tx, "evt_1", "cus_1", 0).await;
        store::webhook_event::retry_at(&mut tx, "cus_1", at(300), "away").await.unwrap();
        insert(&mut tx, "evt_2", "cus_2", 1).await;
        store::webhook_event::hurry(&mut tx, at(5)).await.unwrap();
        assert_eq!(due(&mut tx, 5, &[]).await.as_deref(), Some("cus_1"), "what came first comes first");
        assert_eq!(due(&mut tx, 5, &["cus_1"]).await.as_deref(), Some("cus_2"));
    }

    async fn bodies_go_and_envelopes_stay(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for id in ["evt_done", "evt_waits"] {
            insert(&mut tx, id, "cus_1", 0).await;
        }
        store::webhook_event::mark_done(&mut tx, "evt_done", at(1)).await.unwrap();
        assert_eq!(store::webhook_event::drop_bodies_before(&mut tx, at(0)).await.unwrap(), 0);
        assert_eq!(store::webhook_event::drop_bodies_before(&mut tx, at(1)).await.unwrap(), 1, "what waits keeps its body");
        assert_eq!(store::webhook_event::drop_bodies_before(&mut tx, at(1)).await.unwrap(), 0);
        assert_eq!(store::webhook_event::count(&mut tx, "done").await.unwrap(), 1);
    }

    async fn the_backlog_is_what_waits_and_since_when(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let backlog = async |tx: &mut Conn| {
            let backlog = store::webhook_event::backlog(tx).await.unwrap();
            (backlog.waiting, backlog.oldest_at)
        };
        assert_eq!(backlog(&mut tx).await, (0, None));
        insert(&mut tx, "evt_1", "cus_1", 3).await;
        insert(&mut tx, "evt_2", "cus_2", 5).await;
        assert_eq!(backlog(&mut tx).await, (2, Some(at(3))));
        store::webhook_event::mark_done(&mut tx, "evt_1", at(6)).await.unwrap();
        assert_eq!(backlog(&mut tx).await, (1, Some(at(5))));
    }
}
