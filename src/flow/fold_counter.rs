//! Folding campaign ledgers into tallies. Only the counter worker does it: rows are appended by many at once without
//! waiting for each other.

use super::{Context, StoreError};
use crate::{
    domain::{
        campaign::{Campaign, Milestone},
        id::CampaignId,
        time::Moment,
    },
    store,
};

/// Folds everything that waits, freezes campaigns whose window is over. Says whether anything changed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn fold(context: &Context) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let waiting = store::campaign::list_waiting(&mut conn).await?;
    let campaigns = store::campaign::list(&mut conn).await?;
    drop(conn);
    for id in &waiting {
        fold_one(context, id).await?;
    }
    let mut changed = !waiting.is_empty();
    for campaign in campaigns.iter().filter(|campaign| is_over(campaign, context.clock.business())) {
        changed |= freeze(context, campaign).await?;
    }
    Ok(changed)
}

fn is_over(campaign: &Campaign, now: Moment) -> bool {
    campaign.frozen_members.is_none() && campaign.window.until.is_some_and(|until| now >= until)
}

async fn fold_one(context: &Context, id: &CampaignId) -> Result<(), StoreError> {
    let now = context.clock.business();
    let mut tx = context.store.begin().await?;
    let campaign = store::campaign::fold(&mut tx, id, now).await?;
    if let Some(milestones) = reached(&campaign, now) {
        store::campaign::set_milestones(&mut tx, id, &milestones).await?;
    }
    tx.commit().await
}

/// The milestones with those marked that the tally has reached just now; none when there is no such.
fn reached(campaign: &Campaign, now: Moment) -> Option<Vec<Milestone>> {
    let is_new = |milestone: &Milestone| milestone.reached_at.is_none() && campaign.tally_members >= milestone.count;
    campaign.milestones.iter().any(is_new).then(|| {
        let mark = |milestone: &Milestone| match is_new(milestone) {
            true => Milestone { reached_at: Some(now), ..milestone.clone() },
            false => milestone.clone(),
        };
        campaign.milestones.iter().map(mark).collect()
    })
}

/// Freezes a campaign that is over, once everybody has been looked at for whom something changed before its end.
async fn freeze(context: &Context, campaign: &Campaign) -> Result<bool, StoreError> {
    let now = context.clock.business();
    let mut tx = context.store.begin().await?;
    let behind = store::member::list_due_for_recount(&mut tx, campaign.judged_at(now), 1).await?;
    if !behind.is_empty() {
        return Ok(false);
    }
    store::campaign::fold(&mut tx, &campaign.id, now).await?;
    let frozen = store::campaign::freeze(&mut tx, &campaign.id, now).await?;
    tx.commit().await?;
    Ok(frozen)
}
