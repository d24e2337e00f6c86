use masthead::{
    domain::{
        campaign::{Campaign, Milestone, StretchGoal},
        counting::{Basis, Leavers, Who},
        entitlement::Source,
        id::{CampaignEntryId, MemberId},
    },
    store::{self, Conn, campaign::Entry},
};

use crate::{
    ground::{ENTROPY, at, at_once, campaign, campaign_draft, member},
    support::{TestDatabase, on_both_databases},
};

fn entry<'a>(campaign: &'a Campaign, delta_members: i64, second: i64) -> Entry<'a> {
    Entry {
        id: CampaignEntryId::mint(at(0), &ENTROPY),
        campaign_id: &campaign.id,
        member_id: None,
        delta_members,
        reason: if delta_members > 0 { "joined" } else { "left" },
        cause: "test",
        author: None,
        at: at(second),
    }
}

async fn append(conn: &mut Conn, campaign: &Campaign, delta_members: i64, second: i64) {
    store::campaign::append(conn, &entry(campaign, delta_members, second)).await.unwrap();
}

async fn offset(conn: &mut Conn, campaign: &Campaign, members: i64, second: i64, cause: &str) {
    let row = Entry { reason: "offset", cause, author: Some("Ines"), ..entry(campaign, members, second) };
    store::campaign::append(conn, &row).await.unwrap();
}

on_both_databases! {
    async fn a_declared_campaign_reads_back(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let mut draft = campaign_draft("ten");
        (draft.rule.who, draft.rule.basis, draft.rule.leavers) = (Who::AllMembers, Basis::Joined, Leavers::Gross);
        (draft.rule.sources, draft.start_members) = (vec![Source::Gift], Some(3));
        draft.stretch_goals = vec![StretchGoal { goal: 20, title: "More".to_owned() }];
        draft.milestones = vec![Milestone { count: 5, title: "Half".to_owned(), reached_at: None }];
        let stored = store::campaign::declare(&mut tx, &draft, at(0)).await.unwrap();
        assert_eq!(stored, Campaign { version: stored.version, ..draft });
        assert_eq!(store::campaign::find_by_slug(&mut tx, "ten").await.unwrap(), Some(stored));
        assert_eq!(store::campaign::find_by_slug(&mut tx, "eleven").await.unwrap(), None);
    }

    async fn declaring_again_changes_what_is_declared_and_keeps_what_was_counted(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let first = campaign(&mut tx, "ten").await;
        append(&mut tx, &first, 1, 1).await;
        let folded = store::campaign::fold(&mut tx, &first.id, at(2)).await.unwrap();
        let mut again = campaign_draft("ten");
        (again.title, again.goal_members, again.published_at) = ("Twelve".to_owned(), 12, Some(at(50)));
        let stored = store::campaign::declare(&mut tx, &again, at(3)).await.unwrap();
        assert_eq!((stored.id, stored.title.as_str(), stored.goal_members), (first.id, "Twelve", 12));
        assert_eq!((stored.tally_members, stored.published_at, stored.as_of), (1, Some(at(0)), at(2)));
        assert!(stored.version > folded.version, "readers must see the change");
    }

    async fn campaigns_are_listed_newest_first(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        for (slug, from) in [("middle", 5), ("oldest", 0), ("newest", 9)] {
            let mut draft = campaign_draft(slug);
            draft.window.from = at(from);
            store::campaign::declare(&mut tx, &draft, at(0)).await.unwrap();
        }
        let slugs: Vec<String> =
            store::campaign::list(&mut tx).await.unwrap().into_iter().map(|campaign| campaign.slug).collect();
        assert_eq!(slugs, ["newest", "middle", "oldest"]);
    }

    async fn folding_adds_waiting_rows_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        assert!(store::campaign::list_waiting(&mut tx).await.unwrap().is_empty());
        for delta in [1, 1, -1, 1] {
            append(&mut tx, &ten, delta, 1).await;
        }
        assert_eq!(store::campaign::list_waiting(&mut tx).await.unwrap(), std::slice::from_ref(&ten.id));
        let folded = store::campaign::fold(&mut tx, &ten.id, at(7)).await.unwrap();
        assert_eq!((folded.tally_members, folded.as_of), (2, at(7)));
        assert!(folded.version > ten.version);
        assert!(store::campaign::list_waiting(&mut tx).await.unwrap().is_empty());
        assert_eq!(store::campaign::fold(&mut tx, &ten.id, at(8)).await.unwrap().tally_members, 2);
    }

    async fn no_row_is_lost_or_doubled_when_many_append_and_fold_at_once(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        tx.commit().await.unwrap();
        let shared = ten.clone();
        at_once(&db.store, 80, move |mut tx, number| {
            let ten = shared.clone();
            async move {
                match number % 4 {
                    3 => drop(store::campaign::fold(&mut tx, &ten.id, at(5)).await.unwrap()),
                    _ => append(&mut tx, &ten, 1, 1).await,
                }
                (tx, ())
            }
        })
        .await;
        let mut tx = db.store.begin().await.unwrap();
        let folded = store::campaign::fold(&mut tx, &ten.id, at(6)).await.unwrap();
        let sums = store::campaign::sum_ledger(&mut tx, &ten.id).await.unwrap();
        assert_eq!((folded.tally_members, sums.all_members, sums.folded_members), (60, 60, 60));
    }

    async fn reaching_the_goal_is_noted_once_and_survives_a_drop(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        append(&mut tx, &ten, 9, 1).await;
        assert_eq!(store::campaign::fold(&mut tx, &ten.id, at(1)).await.unwrap().reached_at, None);
        append(&mut tx, &ten, 1, 2).await;
        assert_eq!(store::campaign::fold(&mut tx, &ten.id, at(2)).await.unwrap().reached_at, Some(at(2)));
        append(&mut tx, &ten, -5, 3).await;
        let dropped = store::campaign::fold(&mut tx, &ten.id, at(3)).await.unwrap();
        append(&mut tx, &ten, 5, 4).await;
        let again = store::campaign::fold(&mut tx, &ten.id, at(4)).await.unwrap();
        assert_eq!((dropped.reached_at, again.reached_at), (Some(at(2)), Some(at(2))));
    }

    async fn milestones_are_stored_anew(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        let milestones = vec![Milestone { count: 5, title: "Half".to_owned(), reached_at: Some(at(3)) }];
        store::campaign::set_milestones(&mut tx, &ten.id, &milestones).await.unwrap();
        assert_eq!(store::campaign::find_by_slug(&mut tx, "ten").await.unwrap().unwrap().milestones, milestones);
    }

    async fn a_campaign_freezes_once_and_not_before_its_end(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        append(&mut tx, &ten, 4, 1).await;
        store::campaign::fold(&mut tx, &ten.id, at(2)).await.unwrap();
        assert!(!store::campaign::freeze(&mut tx, &ten.id, at(999)).await.unwrap());
        assert!(store::campaign::freeze(&mut tx, &ten.id, at(1_000)).await.unwrap());
        assert!(!store::campaign::freeze(&mut tx, &ten.id, at(1_001)).await.unwrap());
        assert_eq!(store::campaign::find_by_slug(&mut tx, "ten").await.unwrap().unwrap().frozen_members, Some(4));
        append(&mut tx, &ten, -1, 999).await;
        let folded = store::campaign::fold(&mut tx, &ten.id, at(1_002)).await.unwrap();
        assert_eq!((folded.tally_members, folded.frozen_members), (3, Some(3)), "what was under way belongs to it");
    }

    async fn offsets_add_up_and_the_newest_speaks(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        assert_eq!(store::campaign::find_offset(&mut tx, &ten.id).await.unwrap(), None);
        offset(&mut tx, &ten, -20, 9, "some came over").await;
        offset(&mut tx, &ten, 100, 5, "billed elsewhere").await;
        let found = store::campaign::find_offset(&mut tx, &ten.id).await.unwrap().unwrap();
        assert_eq!((found.members, found.at, found.author.as_str(), found.reason.as_str()), (80, at(9), "Ines", "some came over"));
    }

    async fn the_ledger_adds_up_by_kind(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ten, other) = (campaign(&mut tx, "ten").await, campaign(&mut tx, "other").await);
        assert_eq!(store::campaign::newest_entry_at(&mut tx).await.unwrap(), None);
        append(&mut tx, &other, 50, 4).await;
        offset(&mut tx, &ten, 100, 90, "billed elsewhere").await;
        append(&mut tx, &ten, 1, 2).await;
        store::campaign::fold(&mut tx, &ten.id, at(3)).await.unwrap();
        append(&mut tx, &ten, -3, 3).await;
        let sums = store::campaign::sum_ledger(&mut tx, &ten.id).await.unwrap();
        let expected =
            store::campaign::LedgerSums { all_members: 98, folded_members: 101, offset_members: 100, people_members: -2 };
        assert_eq!(sums, expected);
        assert_eq!(store::campaign::newest_entry_at(&mut tx).await.unwrap(), Some(at(4)), "offsets have dates of their own");
    }

    async fn a_ledger_row_names_a_member_who_is_there(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        let ada = member(&mut tx, "ada").await;
        store::campaign::append(&mut tx, &Entry { member_id: Some(&ada.id), ..entry(&ten, 1, 1) }).await.unwrap();
        let nobody = MemberId::mint(at(0), &ENTROPY);
        let refused = store::campaign::append(&mut tx, &Entry { member_id: Some(&nobody), ..entry(&ten, 1, 1) }).await;
        assert!(refused.is_err(), "a row for a member who is not there");
    }

    async fn a_tally_changed_by_hand_follows_its_ledger_again(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let ten = campaign(&mut tx, "ten").await;
        offset(&mut tx, &ten, 100, 1, "billed elsewhere").await;
        append(&mut tx, &ten, 2, 2).await;
        store::campaign::fold(&mut tx, &ten.id, at(3)).await.unwrap();
        append(&mut tx, &ten, 5, 4).await;
        assert!(!store::campaign::set_tally_by_ledger(&mut tx, &ten.id).await.unwrap(), "nothing was wrong");
        sqlx::query("UPDATE campaign SET tally_members = 7").execute(&mut *tx).await.unwrap();
        assert!(store::campaign::set_tally_by_ledger(&mut tx, &ten.id).await.unwrap());
        let stored = store::campaign::find_by_slug(&mut tx, "ten").await.unwrap().unwrap();
        assert_eq!(stored.tally_members, 102, "rows that wait are not in it");
    }

    async fn flags_and_ledger_are_compared(db: TestDatabase) {
        let mut tx = db.store.begin().await.unwrap();
        let (ten, ada) = (campaign(&mut tx, "ten").await, member(&mut tx, "ada").await);
        offset(&mut tx, &ten, 100, 1, "billed elsewhere").await;
        assert_eq!(store::campaign::count_beyond_ledger(&mut tx, &ten.id).await.unwrap(), 0);
        store::campaign_member::count_in(&mut tx, &ten.id, &ada.id, None, at(2)).await.unwrap();
        assert_eq!(store::campaign::count_beyond_ledger(&mut tx, &ten.id).await.unwrap(), 1);
        append(&mut tx, &ten, 3, 3).await;
        assert_eq!(store::campaign::count_beyond_ledger(&mut tx, &ten.id).await.unwrap(), -2);
    }
}
