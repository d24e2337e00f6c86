use masthead::{
    domain::{
        checkout::{CheckoutState, Purpose},
        id::CheckoutId,
    },
    store,
};

use crate::{
    ground::{ENTROPY, at, at_once, campaign, checkout, checkout_draft, member, subscription},
    support::{TestDatabase, on_both_databases},
};

on_both_databases! {
    async fn a_checkout_reads_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let mut draft = checkout_draft(&mut tx, "ada", "browser").await;
        let (ada, ten) = (member(&mut tx, "ada").await, campaign(&mut tx, "ten").await);
        (draft.member_id, draft.by_member, draft.campaign_id) = (Some(ada.id), true, Some(ten.id));
        (draft.purpose, draft.amount_minor) = (Purpose::Contribution, Some(2_500));
        draft.promotion_code = Some("HARBOUR".to_owned());
        draft.attribution.article = Some("https://paper.example/a?b=ü".to_owned());
        draft.return_to = Some("https://paper.example/a".to_owned());
        store::checkout::insert(&mut tx, &draft).await.unwrap();
        assert_eq!(store::checkout::find(&mut tx, &draft.id).await.unwrap(), Some(draft));
        let nobody = CheckoutId::mint(at(0), &ENTROPY);
        assert_eq!(store::checkout::find(&mut tx, &nobody).await.unwrap(), None);
    }

    async fn opening_keeps_the_first_session(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = checkout(&mut tx, "ada", "browser").await;
        assert!(store::checkout::open(&mut tx, &draft.id, "cs_1", "https://pay.example/1", at(1)).await.unwrap());
        assert!(store::checkout::open(&mut tx, &draft.id, "cs_1", "https://pay.example/1", at(2)).await.unwrap());
        assert!(!store::checkout::open(&mut tx, &draft.id, "cs_2", "https://pay.example/2", at(3)).await.unwrap());
        let found = store::checkout::find_by_gateway_session(&mut tx, "cs_1").await.unwrap().unwrap();
        assert_eq!((found.id, found.state, found.url.as_deref()), (draft.id, CheckoutState::Open, Some("https://pay.example/1")));
        assert_eq!(store::checkout::find_by_gateway_session(&mut tx, "cs_2").await.unwrap(), None);
    }

    async fn a_session_that_comes_late_does_not_open_what_expired(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = checkout(&mut tx, "ada", "browser").await;
        store::checkout::set_state(&mut tx, &draft.id, CheckoutState::Expired, at(1)).await.unwrap();
        assert!(store::checkout::open(&mut tx, &draft.id, "cs_1", "https://pay.example/1", at(2)).await.unwrap());
        let found = store::checkout::find(&mut tx, &draft.id).await.unwrap().unwrap();
        assert_eq!((found.state, found.gateway_session_id.as_deref()), (CheckoutState::Expired, Some("cs_1")));
    }

    async fn a_newer_checkout_replaces_its_browsers_older_ones(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let older = checkout(&mut tx, "ada", "browser").await;
        let paid = checkout(&mut tx, "ada", "browser").await;
        let strangers = checkout(&mut tx, "ben", "another").await;
        for (checkout, session) in [(&older, "cs_older"), (&paid, "cs_paid"), (&strangers, "cs_strangers")] {
            store::checkout::open(&mut tx, &checkout.id, session, "https://pay.example", at(1)).await.unwrap();
        }
        store::checkout::set_state(&mut tx, &paid.id, CheckoutState::Paid, at(2)).await.unwrap();
        let mut newest = checkout_draft(&mut tx, "ada", "fresh").await;
        newest.id = CheckoutId::mint(at(9), &ENTROPY);
        store::checkout::insert(&mut tx, &newest).await.unwrap();
        assert!(store::checkout::replace_older(&mut tx, &newest, None, at(3)).await.unwrap().is_empty());
        let sessions = store::checkout::replace_older(&mut tx, &newest, Some("browser"), at(3)).await.unwrap();
        assert_eq!(sessions, ["cs_older"]);
        assert_eq!(store::checkout::find(&mut tx, &older.id).await.unwrap().unwrap().state, CheckoutState::Expired);
        assert_eq!(store::checkout::find(&mut tx, &newest.id).await.unwrap().unwrap().state, CheckoutState::Creating);
    }

    async fn a_members_newer_checkout_replaces_those_of_other_browsers(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ada = member(&mut tx, "ada").await;
        let mut older = checkout_draft(&mut tx, "ada", "one").await;
        (older.member_id, older.by_member) = (Some(ada.id.clone()), true);
        store::checkout::insert(&mut tx, &older).await.unwrap();
        store::checkout::open(&mut tx, &older.id, "cs_older", "https://pay.example", at(1)).await.unwrap();
        let mut newest = checkout_draft(&mut tx, "ada", "two").await;
        (newest.id, newest.member_id, newest.by_member) = (CheckoutId::mint(at(9), &ENTROPY), Some(ada.id), true);
        store::checkout::insert(&mut tx, &newest).await.unwrap();
        assert_eq!(store::checkout::replace_older(&mut tx, &newest, None, at(2)).await.unwrap(), ["cs_older"]);
    }

    async fn a_paid_checkout_stays_paid(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = checkout(&mut tx, "ada", "browser").await;
        let steps = [
            (CheckoutState::Settling, true),
            (CheckoutState::Settling, false),
            (CheckoutState::Paid, true),
            (CheckoutState::Expired, false),
            (CheckoutState::Settling, false),
            (CheckoutState::Duplicate, true),
            (CheckoutState::Paid, false),
        ];
        for (number, (state, changes)) in steps.into_iter().enumerate() {
            let changed = store::checkout::set_state(&mut tx, &draft.id, state, at(1)).await.unwrap();
            assert_eq!(changed, changes, "step {number}: {state:?}");
        }
    }

    async fn of_many_who_pay_it_at_once_one_changes_it(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = checkout(&mut tx, "ada", "browser").await;
        tx.commit().await.unwrap();
        let changes = at_once(&db.store, 30, move |mut tx, _| {
            let id = draft.id.clone();
            async move {
                let changed = store::checkout::set_state(&mut tx, &id, CheckoutState::Paid, at(1)).await.unwrap();
                (tx, changed)
            }
        })
        .await;
        assert_eq!(changes.iter().filter(|changed| **changed).count(), 1);
    }

    async fn the_member_is_attached_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let draft = checkout(&mut tx, "ada", "browser").await;
        let (ada, ben) = (member(&mut tx, "ada").await, member(&mut tx, "ben").await);
        store::checkout::attach_member(&mut tx, &draft.id, &ada.id, true).await.unwrap();
        store::checkout::attach_member(&mut tx, &draft.id, &ben.id, false).await.unwrap();
        let found = store::checkout::find(&mut tx, &draft.id).await.unwrap().unwrap();
        assert_eq!((found.member_id, found.made_member), (Some(ada.id), true));
    }

    async fn settling_payments_are_counted_by_campaign(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ten, other) = (campaign(&mut tx, "ten").await, campaign(&mut tx, "other").await);
        for (name, campaign, state) in [
            ("ada", Some(&ten), CheckoutState::Settling),
            ("ben", Some(&ten), CheckoutState::Paid),
            ("cyd", Some(&other), CheckoutState::Settling),
            ("dan", None, CheckoutState::Settling),
        ] {
            let mut draft = checkout_draft(&mut tx, name, name).await;
            draft.campaign_id = campaign.map(|campaign| campaign.id.clone());
            store::checkout::insert(&mut tx, &draft).await.unwrap();
            store::checkout::set_state(&mut tx, &draft.id, state, at(1)).await.unwrap();
        }
        assert_eq!(store::checkout::count_settling(&mut tx, &ten.id).await.unwrap(), 1);
        let mut given = checkout_draft(&mut tx, "eve", "eve").await;
        (given.purpose, given.campaign_id) = (Purpose::Contribution, Some(ten.id.clone()));
        store::checkout::insert(&mut tx, &given).await.unwrap();
        store::checkout::set_state(&mut tx, &given.id, CheckoutState::Settling, at(1)).await.unwrap();
        assert_eq!(store::checkout::count_settling(&mut tx, &ten.id).await.unwrap(), 1, "it opens nothing");
    }

    async fn only_old_unpaid_checkouts_are_deleted(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let idle = checkout(&mut tx, "ada", "a").await;
        let paid = checkout(&mut tx, "ada", "b").await;
        store::checkout::set_state(&mut tx, &paid.id, CheckoutState::Paid, at(1)).await.unwrap();
        let recent = checkout(&mut tx, "ada", "c").await;
        store::checkout::open(&mut tx, &recent.id, "cs_1", "https://pay.example", at(50)).await.unwrap();
        let billed = subscription(&mut tx, "ben", "sub_1").await;
        assert_eq!(store::checkout::delete_unpaid_before(&mut tx, at(50)).await.unwrap(), 1);
        assert!(store::checkout::find(&mut tx, &idle.id).await.unwrap().is_none());
        for kept in [&paid.id, &recent.id, &billed.checkout_id] {
            assert!(store::checkout::find(&mut tx, kept).await.unwrap().is_some());
        }
    }
}
