use masthead::{
    domain::{entitlement::Source, id::SessionId, session::Session},
    store::{self, continue_code::Draft},
};

use crate::{
    ground::{ENTROPY, at, at_once, attempt_draft, member, person, plan, right, session},
    site::site,
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn a_session_is_found_until_its_end(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let stored = session(&mut tx, &ada.id, "token").await;
        assert_eq!(store::session::find(&mut tx, "token", at(999)).await.unwrap(), Some(stored.clone()));
        assert_eq!(store::session::find(&mut tx, "token", at(1_000)).await.unwrap(), None);
        assert_eq!(store::session::find(&mut tx, "another", at(1)).await.unwrap(), None);
        assert_eq!(store::session::find_by_id(&mut tx, &stored.id, at(999)).await.unwrap(), Some(stored.clone()));
        assert_eq!(store::session::find_by_id(&mut tx, &stored.id, at(1_000)).await.unwrap(), None);
    }

    async fn a_session_leads_to_its_member_and_all_that_is_held(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, ben) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await);
        let plan = plan(&mut tx, "supporter").await;
        let stored = session(&mut tx, &ada.id, "token").await;
        session(&mut tx, &ben.id, "another").await;
        let (past, present) = (right(&ada.id, &plan, Source::Comp, 1, Some(2)), right(&ada.id, &plan, Source::Gift, 3, None));
        for held in [&present, &past] {
            store::entitlement::insert(&mut tx, held, at(0)).await.unwrap();
        }
        let found = store::session::find_holder(&mut tx, "token", at(999)).await.unwrap();
        assert_eq!(found, Some((ada.clone(), vec![past, present])));
        assert_eq!(store::session::find_holder(&mut tx, "another", at(1)).await.unwrap(), Some((ben, Vec::new())));
        assert_eq!(store::session::find_holder(&mut tx, "token", at(1_000)).await.unwrap(), None);
        assert_eq!(store::session::find_holder(&mut tx, "unknown", at(1)).await.unwrap(), None);
        store::session::end(&mut tx, &stored.id, at(1)).await.unwrap();
        assert_eq!(store::session::find_holder(&mut tx, "token", at(1)).await.unwrap(), None);
    }

    async fn an_ended_session_is_gone(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let stored = session(&mut tx, &ada.id, "token").await;
        assert!(store::session::end(&mut tx, &stored.id, at(1)).await.unwrap());
        assert!(!store::session::end(&mut tx, &stored.id, at(2)).await.unwrap());
        assert!(store::session::is_known(&mut tx, "token").await.unwrap(), "it is remembered all the same");
        assert!(!store::session::is_known(&mut tx, "another").await.unwrap());
        assert_eq!(store::session::find(&mut tx, "token", at(1)).await.unwrap(), None);
        assert_eq!(store::session::find_by_id(&mut tx, &stored.id, at(1)).await.unwrap(), None);
    }

    async fn a_members_other_sessions_end_together(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, ben) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await);
        let kept = session(&mut tx, &ada.id, "kept").await;
        for token in ["one", "two"] {
            session(&mut tx, &ada.id, token).await;
        }
        session(&mut tx, &ben.id, "stranger").await;
        assert_eq!(store::session::end_others(&mut tx, &ada.id, Some(&kept.id), at(1)).await.unwrap(), 2);
        for (token, is_there) in [("kept", true), ("stranger", true), ("one", false), ("two", false)] {
            assert_eq!(store::session::find(&mut tx, token, at(1)).await.unwrap().is_some(), is_there, "{token}");
        }
        assert_eq!(store::session::end_others(&mut tx, &ada.id, None, at(2)).await.unwrap(), 1);
    }

    async fn an_attempt_makes_one_session(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let attempt = attempt_draft(&person(&mut tx, "ada").await, "browser");
        store::attempt::insert(&mut tx, &attempt).await.unwrap();
        tx.commit().await.unwrap();
        let mut made = 0;
        for number in 0..3 {
            let mut tx = db.store.begin().await.unwrap();
            let draft = Session {
                id: SessionId::mint(at(0), &ENTROPY),
                token_hash: format!("token{number}"),
                member_id: ada.id.clone(),
                attempt_id: Some(attempt.id.clone()),
                created_at: at(0),
                expires_at: at(1_000),
            };
            match store::session::insert(&mut tx, &draft).await {
                Ok(()) => {
                    tx.commit().await.unwrap();
                    made += 1;
                }
                Err(error) => assert!(error.is_duplicate(), "{error}"),
            }
        }
        assert_eq!(made, 1);
    }

    async fn one_token_is_one_session(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let first = session(&mut tx, &ada.id, "token").await;
        let second = Session { id: SessionId::mint(at(0), &ENTROPY), ..first };
        assert!(store::session::insert(&mut tx, &second).await.unwrap_err().is_duplicate());
    }

    async fn old_sessions_go_with_the_codes_that_carried_them(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let (ended, running) = (session(&mut tx, &ada.id, "ended").await, session(&mut tx, &ada.id, "running").await);
        let site = site(&mut tx, "paper").await;
        let code = Draft {
            code_hash: "hash",
            site_id: &site.id,
            member_id: &ada.id,
            session_id: &ended.id,
            return_to: "https://paper.example/",
            code_challenge: None,
            now: at(0),
            expires_at: at(60),
        };
        store::continue_code::insert(&mut tx, &code).await.unwrap();
        store::session::end(&mut tx, &ended.id, at(1)).await.unwrap();
        assert_eq!(store::session::delete_before(&mut tx, at(1)).await.unwrap(), 0);
        assert_eq!(store::session::delete_before(&mut tx, at(2)).await.unwrap(), 1);
        assert!(store::session::find_by_id(&mut tx, &running.id, at(2)).await.unwrap().is_some());
        assert_eq!(store::session::delete_before(&mut tx, at(1_001)).await.unwrap(), 1);
    }

    async fn many_sign_in_at_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        tx.commit().await.unwrap();
        at_once(&db.store, 30, move |mut tx, number| {
            let id = ada.id.clone();
            async move {
                session(&mut tx, &id, &format!("token{number}")).await;
                (tx, ())
            }
        })
        .await;
        let mut conn = db.store.read().await.unwrap();
        assert!(store::session::find(&mut conn, "token29", at(1)).await.unwrap().is_some());
    }
}
