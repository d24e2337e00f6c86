//! Telling offline members that their membership ends, and that it has: nobody's card is charged again by itself.

use super::{Context, StoreError, posting};
use crate::{
    domain::{
        entitlement::Entitlement,
        mail::{Mail, NEWS_WORTH_MILLIS},
        time::{DAY_MILLIS, Moment},
    },
    store::{self, entered_right::Told, outbox::Message},
};

/// How long before the end the reminder goes out, in milliseconds of business time.
const AHEAD_MILLIS: i64 = 14 * DAY_MILLIS;
/// For how long after it an end is news, in milliseconds of business time.
const NEWS_MILLIS: i64 = 30 * DAY_MILLIS;
/// How many are told in one go.
const BATCH: i64 = 100;

/// Tells those whose time has come. Says whether there were any.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn tell(context: &Context) -> Result<bool, StoreError> {
    let now = context.clock.business();
    let ahead = tell_all(context, Told::Ahead, (now, now.plus_millis(AHEAD_MILLIS))).await?;
    let ended = tell_all(context, Told::Ended, (now.plus_millis(-NEWS_MILLIS), now)).await?;
    Ok(ahead || ended)
}

async fn tell_all(context: &Context, told: Told, window: (Moment, Moment)) -> Result<bool, StoreError> {
    let mut conn = context.store.read().await?;
    let due = store::entered_right::list_to_tell(&mut conn, told, window, BATCH).await?;
    drop(conn);
    for right in &due {
        tell_one(context, told, right).await?;
    }
    Ok(!due.is_empty())
}

async fn tell_one(context: &Context, told: Told, right: &Entitlement) -> Result<(), StoreError> {
    let wall = context.clock.wall();
    let mut tx = context.store.begin().await?;
    if !store::entered_right::mark_told(&mut tx, &right.id, told, wall).await? {
        // Another process told it.
        return Ok(());
    }
    let member = store::member::find(&mut tx, &right.member_id).await?;
    let plan = store::plan::list(&mut tx).await?.into_iter().find(|plan| plan.id == right.plan_id);
    let person_id = member.and_then(|member| member.person_id);
    if let (Some(person_id), Some(plan), Some(until)) = (person_id, plan, right.window.until) {
        let (plan, until_millis) = (plan.title, until.millis());
        let mail = match told {
            Told::Ahead => Mail::OfflineEnds { plan, until_millis },
            Told::Ended => Mail::OfflineEnded { plan, until_millis },
        };
        posting::post(context, &mut tx, Some(&person_id), Message::Mail { mail }, NEWS_WORTH_MILLIS).await?;
    }
    tx.commit().await?;
    context.wake.outbox();
    Ok(())
}
