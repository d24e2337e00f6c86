use masthead::{
    domain::attempt::{Purpose, WRONG_CODES_MAX},
    store,
};

use crate::{
    ground::{at, at_once, attempt_draft, member, person, session},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn an_attempt_reads_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let mut draft = attempt_draft(&person(&mut tx, "ada").await, "browser");
        draft.return_to = Some("https://paper.example/a".to_owned());
        store::attempt::insert(&mut tx, &draft).await.unwrap();
        assert_eq!(store::attempt::find(&mut tx, &draft.id).await.unwrap(), Some(draft.clone()));
        let other = attempt_draft(&person(&mut tx, "ada").await, "browser");
        assert_eq!(store::attempt::find(&mut tx, &other.id).await.unwrap(), None);
    }

    async fn a_browser_goes_on_with_its_newest_attempt_to_sign_in(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = person(&mut tx, "ada").await;
        let older = attempt_draft(&ada, "browser");
        let mut newer = attempt_draft(&ada, "browser");
        newer.created_at = at(5);
        let mut change = attempt_draft(&ada, "browser");
        (change.created_at, change.purpose) = (at(9), Purpose::ChangeAddress);
        for attempt in [&newer, &older, &change] {
            store::attempt::insert(&mut tx, attempt).await.unwrap();
        }
        let found = store::attempt::find_of_browser(&mut tx, "browser").await.unwrap();
        assert_eq!(found.map(|attempt| attempt.id), Some(newer.id));
        assert_eq!(store::attempt::find_of_browser(&mut tx, "another").await.unwrap(), None);
    }

    async fn tries_run_out_however_many_come_at_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = attempt_draft(&person(&mut tx, "ada").await, "browser");
        store::attempt::insert(&mut tx, &draft).await.unwrap();
        tx.commit().await.unwrap();
        let id = draft.id.clone();
        let taken = at_once(&db.store, 40, move |mut tx, _| {
            let id = id.clone();
            async move {
                let taken = store::attempt::take_try(&mut tx, &id, at(1)).await.unwrap();
                (tx, taken)
            }
        })
        .await;
        assert_eq!(taken.iter().filter(|taken| **taken).count() as i64, WRONG_CODES_MAX);
    }

    async fn an_attempt_is_used_exactly_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = attempt_draft(&person(&mut tx, "ada").await, "browser");
        store::attempt::insert(&mut tx, &draft).await.unwrap();
        tx.commit().await.unwrap();
        let id = draft.id.clone();
        let used = at_once(&db.store, 40, move |mut tx, _| {
            let id = id.clone();
            async move {
                let used = store::attempt::use_up(&mut tx, &id, Purpose::SignIn, at(1)).await.unwrap();
                (tx, used)
            }
        })
        .await;
        assert_eq!(used.iter().filter(|used| **used).count(), 1);
        let mut tx = db.store.begin().await.unwrap();
        assert!(!store::attempt::take_try(&mut tx, &draft.id, at(1)).await.unwrap(), "a used one has no tries");
        assert_eq!(store::attempt::find(&mut tx, &draft.id).await.unwrap().unwrap().used_at, Some(at(1)));
    }

    async fn an_attempt_ends_at_its_last_moment_and_serves_its_purpose_alone(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = attempt_draft(&person(&mut tx, "ada").await, "browser");
        store::attempt::insert(&mut tx, &draft).await.unwrap();
        assert!(!store::attempt::use_up(&mut tx, &draft.id, Purpose::ChangeAddress, at(1)).await.unwrap());
        assert!(!store::attempt::take_try(&mut tx, &draft.id, at(900)).await.unwrap());
        assert!(!store::attempt::use_up(&mut tx, &draft.id, Purpose::SignIn, at(900)).await.unwrap());
        assert!(store::attempt::use_up(&mut tx, &draft.id, Purpose::SignIn, at(899)).await.unwrap());
    }

    async fn old_attempts_go_but_not_from_under_a_session(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let person = person(&mut tx, "ada").await;
        let (idle, used, running) =
            (attempt_draft(&person, "a"), attempt_draft(&person, "b"), attempt_draft(&person, "c"));
        for attempt in [&idle, &used] {
            store::attempt::insert(&mut tx, attempt).await.unwrap();
        }
        store::attempt::insert(&mut tx, &masthead::domain::attempt::Attempt { expires_at: at(2_000), ..running.clone() })
            .await
            .unwrap();
        let mut signed_in = session(&mut tx, &ada.id, "other").await;
        signed_in.id = masthead::domain::id::SessionId::mint(at(0), &crate::ground::ENTROPY);
        (signed_in.token_hash, signed_in.attempt_id) = ("token".to_owned(), Some(used.id.clone()));
        store::session::insert(&mut tx, &signed_in).await.unwrap();
        assert_eq!(store::attempt::delete_before(&mut tx, at(1_000)).await.unwrap(), 1);
        assert!(store::attempt::find(&mut tx, &idle.id).await.unwrap().is_none());
        assert!(store::attempt::find(&mut tx, &used.id).await.unwrap().is_some());
        assert!(store::attempt::find(&mut tx, &running.id).await.unwrap().is_some());
    }
}
