use masthead::{
    domain::id::{SiteId, SiteSecretId},
    store::{self, Conn, site_secret::Draft},
};

use crate::{
    ground::{ENTROPY, at, at_once},
    site::site,
    support::{TestDatabase, on_both_databases},
};

fn id() -> SiteSecretId {
    SiteSecretId::mint(at(0), &ENTROPY)
}

async fn insert(conn: &mut Conn, site_id: &SiteId, secret_hash: &str, seconds: i64) -> Option<SiteSecretId> {
    let id = id();
    let draft = Draft { id: &id, site_id, secret_hash, now: at(seconds) };
    store::site_secret::insert(conn, &draft).await.unwrap().then_some(id)
}

on_both_databases! {
    async fn a_site_has_two_live_secrets_at_most(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (paper, archive) = (site(&mut tx, "paper").await, site(&mut tx, "archive").await);
        let first = insert(&mut tx, &paper.id, "one", 1).await.unwrap();
        let second = insert(&mut tx, &paper.id, "two", 2).await.unwrap();
        assert_eq!(insert(&mut tx, &paper.id, "three", 3).await, None);
        let other = insert(&mut tx, &archive.id, "other", 4).await.unwrap();
        let live = [(first.clone(), "one".to_owned()), (second.clone(), "two".to_owned())];
        assert_eq!(store::site_secret::live_hashes(&mut tx, &paper.id).await.unwrap(), live);
        assert_eq!(store::site_secret::revoke(&mut tx, &first, at(5)).await.unwrap(), Some(paper.id.clone()));
        assert_eq!(store::site_secret::revoke(&mut tx, &first, at(6)).await.unwrap(), None);
        assert_eq!(store::site_secret::revoke(&mut tx, &id(), at(6)).await.unwrap(), None);
        let third = insert(&mut tx, &paper.id, "three", 7).await.unwrap();
        store::site_secret::touch(&mut tx, &third, at(8)).await.unwrap();
        let listed = store::site_secret::list(&mut tx).await.unwrap();
        let seen: Vec<_> = listed
            .into_iter()
            .map(|one| (one.site, one.id, one.created_at, one.last_used_at, one.revoked_at))
            .collect();
        let paper = || "paper".to_owned();
        assert_eq!(seen, [
            ("archive".to_owned(), other, at(4), None, None),
            (paper(), first, at(1), None, Some(at(5))),
            (paper(), second, at(2), None, None),
            (paper(), third, at(7), Some(at(8)), None),
        ]);
    }

    async fn of_many_made_at_once_two_live(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let paper = site(&mut tx, "paper").await;
        tx.commit().await.unwrap();
        let made = at_once(&db.store, 12, move |mut tx, number| {
            let site_id = paper.id.clone();
            async move {
                let made = insert(&mut tx, &site_id, &format!("hash {number}"), 1).await;
                (tx, made.is_some())
            }
        })
        .await;
        assert_eq!(made.into_iter().filter(|made| *made).count(), 2);
    }
}
