use masthead::{
    domain::{
        cancellation::{Declaration, Kind, Request, State},
        id::CancellationId,
        member::Person,
    },
    store,
};

use crate::{
    ground::{ENTROPY, at, person, subscription},
    support::{TestDatabase, on_both_databases},
};

fn request(person: &Person, seconds: i64) -> Request {
    Request {
        id: CancellationId::mint(at(seconds), &ENTROPY),
        person_id: person.id.clone(),
        declaration: Declaration {
            kind: Kind::ForCause,
            name: "Ada".to_owned(),
            membership: Some("Supporter".to_owned()),
            on: Some("2026-12-31".parse().unwrap()),
            reason: None,
        },
        received_at: at(seconds),
        answered: true,
        state: State::Received,
        subscription_id: None,
        ends_at: None,
    }
}

on_both_databases! {
    async fn declarations_read_back_and_advance_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = person(&mut tx, "ada").await;
        let (later, sooner) = (request(&ada, 20), request(&ada, 10));
        for one in [&later, &sooner] {
            store::cancellation::insert(&mut tx, one, at(30)).await.unwrap();
        }
        let waiting = store::cancellation::list(&mut tx, State::Received, 10).await.unwrap();
        assert_eq!(waiting, [sooner.clone(), later.clone()]);
        assert_eq!(store::cancellation::list(&mut tx, State::Received, 1).await.unwrap().len(), 1);
        let of_ada = subscription(&mut tx, "ada", "sub_1").await;
        let step = (State::Received, State::Arranged);
        for done in [true, false] {
            let (id, ends_at) = (&sooner.id, Some(at(99)));
            let advanced = store::cancellation::advance(&mut tx, id, step, Some(&of_ada.id), ends_at, at(40)).await;
            assert_eq!(advanced.unwrap(), done);
        }
        let found = store::cancellation::find(&mut tx, &sooner.id).await.unwrap().unwrap();
        let wanted =
            Request { state: State::Arranged, subscription_id: Some(of_ada.id.clone()), ends_at: Some(at(99)), ..sooner };
        assert_eq!(found, wanted);
        let last = store::cancellation::find_last_of_subscription(&mut tx, &ada.id, &of_ada.id).await.unwrap();
        assert_eq!(last.map(|request| request.id), Some(found.id), "the later one was applied to nothing");
        let ben = person(&mut tx, "ben").await;
        assert_eq!(store::cancellation::find_last_of_subscription(&mut tx, &ben.id, &of_ada.id).await.unwrap(), None);
        let ghost = CancellationId::mint(at(0), &ENTROPY);
        assert_eq!(store::cancellation::find(&mut tx, &ghost).await.unwrap(), None);
    }

    async fn a_declaration_is_found_by_how_its_id_ends(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = person(&mut tx, "ada").await;
        let (one, other) = (request(&ada, 10), request(&ada, 20));
        for request in [&one, &other] {
            store::cancellation::insert(&mut tx, request, at(30)).await.unwrap();
        }
        let digits = &one.id.as_str()[one.id.as_str().len() - 8..];
        for named in [digits, one.id.as_str()] {
            let found = store::cancellation::list_by_last_digits(&mut tx, named).await.unwrap();
            assert_eq!(found, std::slice::from_ref(&one), "{named}");
        }
        assert!(store::cancellation::list_by_last_digits(&mut tx, "00000000").await.unwrap().is_empty());
    }

    async fn whoever_declared_is_kept(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, _) = (person(&mut tx, "ada").await, person(&mut tx, "ben").await);
        store::cancellation::insert(&mut tx, &request(&ada, 1), at(1)).await.unwrap();
        assert_eq!(store::person::delete_strangers_before(&mut tx, at(1_000)).await.unwrap(), 1);
        assert!(store::person::find(&mut tx, &ada.id).await.unwrap().is_some());
    }
}
