//! Counting one member in every campaign, after anything about the member has changed.

use super::{Context, StoreError};
use crate::{
    domain::{
        campaign::Campaign,
        counting::{self, Facts, Verdict},
        entitlement,
        id::{CampaignEntryId, MemberId},
        member::Member,
        time::Moment,
    },
    store::{self, Conn},
};

/// Applies every running campaign's rule to a member: flips whether they are counted, with a ledger row for each flip, and
/// notes when time alone next changes anything. The caller's transaction holds the member's fence.
///
/// `cause` is what brought it about: an id, or a word such as `time`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn recount(context: &Context, conn: &mut Conn, member: &Member, cause: &str) -> Result<(), StoreError> {
    let now = context.clock.business();
    let facts = facts(conn, member).await?;
    for campaign in store::campaign::list(conn).await? {
        if campaign.frozen_members.is_none() {
            count_in_campaign(context, conn, &campaign, &member.id, &facts, cause, now).await?;
        }
    }
    let next = entitlement::next_change(&facts.entitlements, now);
    store::member::set_recount_at(conn, &member.id, next).await
}

/// Takes the member's fence and recounts, in a transaction of its own.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn recount_now(context: &Context, member_id: &MemberId, cause: &str) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    if let Some(member) = store::member::take_fence(&mut tx, member_id).await? {
        recount(context, &mut tx, &member, cause).await?;
    }
    tx.commit().await?;
    context.wake.counter();
    Ok(())
}

/// What counting needs to know of a member.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn facts(conn: &mut Conn, member: &Member) -> Result<Facts, StoreError> {
    let entitlements = store::entitlement::list_of_member(conn, &member.id).await?;
    Ok(Facts { verified_at: member.verified_at, deleted_at: member.deleted_at, entitlements })
}

async fn count_in_campaign(
    context: &Context,
    conn: &mut Conn,
    campaign: &Campaign,
    member_id: &MemberId,
    facts: &Facts,
    cause: &str,
    now: Moment,
) -> Result<(), StoreError> {
    let now = campaign.judged_at(now);
    let (flipped, delta_members, reason) = match counting::judge(&campaign.rule, &campaign.window, facts, now) {
        Verdict::In(source) => {
            let flipped = store::campaign_member::count_in(conn, &campaign.id, member_id, source, now).await?;
            if !flipped {
                store::campaign_member::set_source(conn, &campaign.id, member_id, source).await?;
            }
            (flipped, 1, "joined")
        }
        Verdict::Out => (store::campaign_member::count_out(conn, &campaign.id, member_id, now).await?, -1, "left"),
    };
    if !flipped {
        return Ok(());
    }
    let entry = store::campaign::Entry {
        id: CampaignEntryId::mint(context.clock.wall(), context.entropy.as_ref()),
        campaign_id: &campaign.id,
        member_id: Some(member_id),
        delta_members,
        reason,
        cause,
        author: None,
        at: now,
    };
    store::campaign::append(conn, &entry).await
}
