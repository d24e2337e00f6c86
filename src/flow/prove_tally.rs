//! `masthead recount`: proves each tally from the members' rights, row by row, and repairs it if asked.

use super::{Context, StoreError, recount_member};
use crate::{
    domain::{
        campaign::Campaign,
        counting::{self, Verdict},
        id::{CampaignEntryId, MemberId},
        time::Moment,
    },
    store::{self, Conn, campaign::LedgerSums},
};

/// How many members are looked at between two rests.
const PAGE: i64 = 500;

/// What a recount found in one campaign, in members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The campaign.
    pub slug: String,
    /// What the rule gives, member by member, with the offset.
    pub recounted_members: i64,
    /// The stored tally.
    pub tally_members: i64,
    /// What all ledger rows add up to.
    pub ledger_members: i64,
    /// Rows that wait to be folded, added up.
    pub waiting_members: i64,
    /// Members whose flag is not what the rule gives.
    pub wrong: Vec<MemberId>,
    /// The frozen result of an ended campaign.
    pub frozen_members: Option<i64>,
}

impl Proof {
    /// Whether everything agrees.
    pub fn holds(&self) -> bool {
        match self.frozen_members {
            Some(frozen) => frozen == self.tally_members && self.tally_members == self.ledger_members,
            None => {
                self.wrong.is_empty()
                    && self.recounted_members == self.ledger_members
                    && self.tally_members + self.waiting_members == self.ledger_members
            }
        }
    }
}

/// The moment as of which the tallies stand: business time of the newest ledger row or fold. A proof at any later moment would
/// count what time has changed since and no worker has seen.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn as_of(context: &Context) -> Result<Moment, StoreError> {
    let mut conn = context.store.read().await?;
    let newest = store::campaign::newest_entry_at(&mut conn).await?;
    let folds = store::campaign::list(&mut conn).await?.into_iter().map(|campaign| campaign.as_of);
    Ok(folds.chain(newest).max().unwrap_or_else(|| context.clock.business()))
}

/// Recounts every campaign from scratch, at the context's business time.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn prove(context: &Context) -> Result<Vec<Proof>, StoreError> {
    // One transaction, so that all figures are of the same moment.
    let mut tx = context.store.begin_snapshot().await?;
    let mut proofs = Vec::new();
    for campaign in store::campaign::list(&mut tx).await? {
        proofs.push(prove_one(context, &mut tx, &campaign).await?);
    }
    Ok(proofs)
}

async fn prove_one(context: &Context, conn: &mut Conn, campaign: &Campaign) -> Result<Proof, StoreError> {
    let sums: LedgerSums = store::campaign::sum_ledger(conn, &campaign.id).await?;
    let mut recounted_members = sums.offset_members;
    let mut wrong = Vec::new();
    let mut after = String::new();
    loop {
        let ids = store::member::list_ids_after(conn, &after, PAGE).await?;
        let Some(last) = ids.last() else { break };
        after = last.to_string();
        for id in ids {
            let Some(member) = store::member::find(conn, &id).await? else { continue };
            let facts = recount_member::facts(conn, &member).await?;
            let now = campaign.judged_at(context.clock.business());
            let counts = counting::judge(&campaign.rule, &campaign.window, &facts, now) != Verdict::Out;
            recounted_members += i64::from(counts);
            if counts != store::campaign_member::is_counted(conn, &campaign.id, &id).await? {
                wrong.push(id);
            }
        }
    }
    Ok(Proof {
        slug: campaign.slug.clone(),
        recounted_members,
        tally_members: campaign.tally_members,
        ledger_members: sums.all_members,
        waiting_members: sums.all_members - sums.folded_members,
        wrong,
        frozen_members: campaign.frozen_members,
    })
}

/// Counts every member anew whose flag is wrong, then brings ledger and tally in line with the flags, a row for each correction.
/// Frozen results stay as they are. Returns how many members there were.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn repair(context: &Context, proofs: &[Proof]) -> Result<usize, StoreError> {
    let mut wrong: Vec<&MemberId> =
        proofs.iter().filter(|p| p.frozen_members.is_none()).flat_map(|p| &p.wrong).collect();
    wrong.sort();
    wrong.dedup();
    for member_id in &wrong {
        recount_member::recount_now(context, member_id, "recount").await?;
    }
    for proof in proofs.iter().filter(|proof| proof.frozen_members.is_none() && !proof.holds()) {
        repair_ledger(context, &proof.slug).await?;
    }
    super::fold_counter::fold(context).await?;
    Ok(wrong.len())
}

async fn repair_ledger(context: &Context, slug: &str) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    let Some(campaign) = store::campaign::find_by_slug(&mut tx, slug).await? else { return Ok(()) };
    let now = context.clock.business();
    // Folding takes the campaign's lock: nobody else folds until this is committed.
    store::campaign::fold(&mut tx, &campaign.id, now).await?;
    store::campaign::set_tally_by_ledger(&mut tx, &campaign.id).await?;
    let delta_members = store::campaign::count_beyond_ledger(&mut tx, &campaign.id).await?;
    if delta_members != 0 {
        let entry = store::campaign::Entry {
            id: CampaignEntryId::mint(context.clock.wall(), context.entropy.as_ref()),
            campaign_id: &campaign.id,
            member_id: None,
            delta_members,
            reason: "repair",
            cause: "recount",
            author: None,
            at: now,
        };
        store::campaign::append(&mut tx, &entry).await?;
    }
    tx.commit().await
}
