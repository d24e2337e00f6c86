use masthead::{
    domain::{
        id::{SessionId, SiteId},
        member::Member,
        session::Session,
    },
    store::{self, Conn, continue_code::Draft},
};

use crate::{
    ground::{at, at_once, member, session},
    site::site,
    support::{TestDatabase, on_both_databases},
};

const RETURN_TO: &str = "https://paper.example/story";

async fn ground(conn: &mut Conn) -> (Member, Session, SiteId) {
    let ada = member(conn, "ada").await;
    let session = session(conn, &ada.id, "token").await;
    let site = site(conn, "paper").await;
    (ada, session, site.id)
}

fn draft<'a>(member: &'a Member, session_id: &'a SessionId, site_id: &'a SiteId) -> Draft<'a> {
    Draft {
        code_hash: "hash",
        site_id,
        member_id: &member.id,
        session_id,
        return_to: RETURN_TO,
        code_challenge: Some("challenge"),
        now: at(0),
        expires_at: at(60),
    }
}

on_both_databases! {
    async fn a_code_is_used_by_its_site_address_and_in_time_alone(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, session, site_id) = ground(&mut tx).await;
        let other = site(&mut tx, "other").await;
        store::continue_code::insert(&mut tx, &draft(&ada, &session.id, &site_id)).await.unwrap();
        for (code, site_id, return_to, second) in [
            ("another", &site_id, RETURN_TO, 1),
            ("hash", &other.id, RETURN_TO, 1),
            ("hash", &site_id, "https://paper.example/other", 1),
            ("hash", &site_id, RETURN_TO, 60),
        ] {
            let used = store::continue_code::use_up(&mut tx, code, site_id, return_to, at(second)).await.unwrap();
            assert_eq!(used, None, "{code} {return_to} {second}");
        }
        let used = store::continue_code::use_up(&mut tx, "hash", &site_id, RETURN_TO, at(59)).await.unwrap().unwrap();
        assert_eq!((used.member_id, used.session_id, used.code_challenge.as_deref()), (ada.id, session.id, Some("challenge")));
        assert_eq!(store::continue_code::use_up(&mut tx, "hash", &site_id, RETURN_TO, at(59)).await.unwrap(), None);
    }

    async fn of_many_at_once_one_uses_it(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, session, site_id) = ground(&mut tx).await;
        store::continue_code::insert(&mut tx, &draft(&ada, &session.id, &site_id)).await.unwrap();
        tx.commit().await.unwrap();
        let used = at_once(&db.store, 40, move |mut tx, _| {
            let site_id = site_id.clone();
            async move {
                let used = store::continue_code::use_up(&mut tx, "hash", &site_id, RETURN_TO, at(1)).await.unwrap();
                (tx, used)
            }
        })
        .await;
        assert_eq!(used.iter().filter(|used| used.is_some()).count(), 1);
    }

    async fn a_code_is_stored_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ada, session, site_id) = ground(&mut tx).await;
        store::continue_code::insert(&mut tx, &draft(&ada, &session.id, &site_id)).await.unwrap();
        let again = store::continue_code::insert(&mut tx, &draft(&ada, &session.id, &site_id)).await;
        assert!(again.unwrap_err().is_duplicate());
    }
}
