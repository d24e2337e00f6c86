use masthead::{
    domain::{id::SiteId, site::Site},
    store::{self, Conn},
};

use crate::{
    ground::{ENTROPY, at},
    support::{TestDatabase, on_both_databases},
};

fn site_draft(slug: &str) -> Site {
    Site {
        id: SiteId::mint(at(0), &ENTROPY),
        slug: slug.to_owned(),
        name: "The Paper".to_owned(),
        audience: slug.to_owned(),
        origins: vec![format!("https://{slug}.example")],
        return_to: vec![format!("https://{slug}.example/").parse().unwrap()],
    }
}

/// A site, stored.
pub async fn site(conn: &mut Conn, slug: &str) -> Site {
    let draft = site_draft(slug);
    store::site::declare(conn, &draft, at(0)).await.unwrap();
    draft
}

on_both_databases! {
    async fn sites_read_back_with_their_addresses(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (paper, archive) = (site(&mut tx, "paper").await, site(&mut tx, "archive").await);
        assert_eq!(store::site::list(&mut tx).await.unwrap(), [archive, paper.clone()]);
        assert_eq!(store::site::find_by_slug(&mut tx, "paper").await.unwrap(), Some(paper));
        assert_eq!(store::site::find_by_slug(&mut tx, "ghost").await.unwrap(), None);
    }

    async fn declaring_again_replaces_the_addresses(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let first = site(&mut tx, "paper").await;
        let mut again = site_draft("paper");
        again.origins = vec!["https://www.paper.example".to_owned(), "https://m.paper.example".to_owned()];
        again.name = "Another".to_owned();
        store::site::declare(&mut tx, &again, at(1)).await.unwrap();
        let stored = store::site::find_by_slug(&mut tx, "paper").await.unwrap().unwrap();
        assert_eq!((stored.id, stored.name.as_str()), (first.id, "Another"));
        assert_eq!(stored.origins, ["https://m.paper.example", "https://www.paper.example"]);
        assert!(!store::site::has_origin(&mut tx, "https://paper.example").await.unwrap());
    }

    async fn an_origin_is_known_exactly(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        site(&mut tx, "paper").await;
        let known = [
            ("https://paper.example", true),
            ("https://paper.example/", false),
            ("http://paper.example", false),
            ("https://paper.example.evil.example", false),
            ("null", false),
            ("%", false),
        ];
        for (origin, is_known) in known {
            assert_eq!(store::site::has_origin(&mut tx, origin).await.unwrap(), is_known, "{origin}");
        }
    }
}
