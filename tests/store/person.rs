use masthead::{
    domain::{email::Email, id::PersonId, member::Person},
    store,
};

use crate::{
    ground::{ENTROPY, at, at_once, attempt_draft, checkout, email, member, person_draft},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn an_address_is_one_person_in_any_spelling(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let first = store::person::find_or_insert(&mut tx, &person_draft("ada"), at(0)).await.unwrap();
        let shouted = Email::parse("ADA@Example.COM").unwrap();
        let second = Person { email: shouted.clone(), name: Some("Mallory".to_owned()), ..person_draft("ada") };
        assert_eq!(store::person::find_or_insert(&mut tx, &second, at(1)).await.unwrap(), first, "nothing of it changes");
        assert_eq!(store::person::find_by_email(&mut tx, &shouted).await.unwrap(), Some(first.clone()));
        assert_eq!(store::person::find(&mut tx, &first.id).await.unwrap(), Some(first));
        assert_eq!(store::person::find_by_email(&mut tx, &email("ben")).await.unwrap(), None);
        assert_eq!(store::person::find(&mut tx, &PersonId::mint(at(0), &ENTROPY)).await.unwrap(), None);
    }

    async fn of_many_at_once_one_person_is_made(db: TestDatabase) {
        let ids = at_once(&db.store, 30, |mut tx, _| async move {
            let person = store::person::find_or_insert(&mut tx, &person_draft("ada"), at(0)).await.unwrap();
            (tx, person.id)
        })
        .await;
        assert!(ids.iter().all(|id| *id == ids[0]));
    }

    async fn name_and_language_change(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = store::person::find_or_insert(&mut tx, &person_draft("ada"), at(0)).await.unwrap();
        store::person::set_name(&mut tx, &ada.id, Some("Ada Löwe 🦁"), "uk").await.unwrap();
        let found = store::person::find(&mut tx, &ada.id).await.unwrap().unwrap();
        assert_eq!((found.name.as_deref(), found.locale.as_str()), (Some("Ada Löwe 🦁"), "uk"));
        store::person::set_name(&mut tx, &ada.id, None, "en").await.unwrap();
        assert_eq!(store::person::find(&mut tx, &ada.id).await.unwrap().unwrap().name, None);
    }

    async fn only_strangers_are_forgotten(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        member(&mut tx, "member").await;
        checkout(&mut tx, "payer", "browser").await;
        let asker = store::person::find_or_insert(&mut tx, &person_draft("asker"), at(0)).await.unwrap();
        store::attempt::insert(&mut tx, &attempt_draft(&asker, "browser")).await.unwrap();
        store::person::find_or_insert(&mut tx, &person_draft("stranger"), at(0)).await.unwrap();
        store::person::find_or_insert(&mut tx, &person_draft("recent"), at(50)).await.unwrap();
        assert_eq!(store::person::delete_strangers_before(&mut tx, at(50)).await.unwrap(), 1);
        for (name, is_there) in [("member", true), ("payer", true), ("asker", true), ("recent", true), ("stranger", false)] {
            let found = store::person::find_by_email(&mut tx, &email(name)).await.unwrap();
            assert_eq!(found.is_some(), is_there, "{name}");
        }
    }
}
