//! Events that no webhook has brought: read from the gateway's own list and put into the same inbox. What was there before
//! changes nothing, since an event's id is taken in once.
//!
//! The list is read backwards, from the newest event to where the last reading began, with some overlap: events may be listed
//! a little later than they happened. A reading that is longer than one go allows is continued in the next; how far it came
//! stands in the database, so that an outage of days and a restart in the middle lose nothing.

use serde::{Deserialize, Serialize};

use super::{Context, StoreError, receive_webhook};
use crate::{
    domain::{
        payment_event::PaymentEvent,
        time::{DAY_MILLIS, Moment},
    },
    gateway::payment::{EventPage, GatewayError, ListedEvent},
    store,
};

/// For how long the gateway keeps events, less an hour, in milliseconds.
const KEPT_MILLIS: i64 = 30 * DAY_MILLIS - 3_600_000;
/// Where in the database it stands how far reading came.
const CURSOR: &str = "payment_events_cursor";

/// How much is read at a time, and how far back.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The most pages in one go: what one go may cost.
    pub pages_max: usize,
    /// How far before the end of the last reading the next one begins, in milliseconds.
    pub overlap_millis: i64,
    /// Younger events than this are left to their webhooks, in milliseconds.
    pub settle_millis: i64,
}

impl Pace {
    /// Beside webhooks: what they have not brought within a minute has gone astray.
    pub const BESIDE_WEBHOOKS: Self = Self { pages_max: 20, overlap_millis: 900_000, settle_millis: 60_000 };
    /// Where no webhook can reach us: the list is all there is.
    pub const INSTEAD_OF_WEBHOOKS: Self = Self { pages_max: 5, overlap_millis: 120_000, settle_millis: 0 };
}

/// Why events were not read.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The gateway.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// What a reading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Events that no webhook had brought: now in the inbox.
    pub found: usize,
    /// Whether there is more to read at once.
    pub more: bool,
}

/// How far reading came. Times are unix milliseconds by the gateway's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// Everything before this is in the inbox.
    since_millis: i64,
    /// A reading that is not finished.
    reading: Option<Reading>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    /// The newest event that it began with.
    newest_millis: i64,
    /// The oldest that it has come to.
    after: String,
}

/// Reads what is new, or goes on with a reading that was too long for one go.
///
/// # Errors
/// [`ReplayError`]; what was read before it stays in the inbox, and the next reading finds the rest.
pub async fn replay(context: &Context, pace: &Pace) -> Result<Replayed, ReplayError> {
    let stored = find_cursor(context).await?;
    let cursor = usable(context, stored.clone(), pace);
    let since = Moment::from_millis(cursor.since_millis);
    let mut reading = cursor.reading.clone();
    let mut found = 0;
    for _ in 0..pace.pages_max {
        let page = match next_page(context, since, reading.as_ref()).await? {
            Some(page) => page,
            // The event that the reading had come to is no longer kept: from the newest again.
            None => {
                reading = None;
                continue;
            }
        };
        found += take_in(context, &page, pace).await?;
        let newest = page.events.first().map_or(cursor.since_millis, |event| event.created_at.millis());
        let newest_millis = reading.as_ref().map_or(newest, |reading| reading.newest_millis);
        match page.next {
            Some(after) => reading = Some(Reading { newest_millis, after }),
            None => {
                let since_millis = cursor.since_millis.max(newest_millis - pace.overlap_millis);
                put_cursor(context, stored.as_ref(), &Cursor { since_millis, reading: None }).await?;
                return Ok(Replayed { found, more: false });
            }
        }
    }
    put_cursor(context, stored.as_ref(), &Cursor { since_millis: cursor.since_millis, reading }).await?;
    Ok(Replayed { found, more: true })
}

async fn next_page(
    context: &Context,
    since: Moment,
    reading: Option<&Reading>,
) -> Result<Option<EventPage>, GatewayError> {
    let after = reading.map(|reading| reading.after.as_str());
    match context.payments.list_events(since, after).await {
        Ok(page) => Ok(Some(page)),
        Err(GatewayError::Missing | GatewayError::Refused { status: 400, .. }) if after.is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes in what is ours to handle and not there yet. Returns how many.
async fn take_in(context: &Context, page: &EventPage, pace: &Pace) -> Result<usize, StoreError> {
    let settled_by = context.clock.business().plus_millis(-pace.settle_millis);
    let wanted =
        |event: &&ListedEvent| event.created_at <= settled_by && PaymentEvent::is_handled(&event.envelope.kind);
    let candidates: Vec<&ListedEvent> = page.events.iter().filter(wanted).collect();
    let ids: Vec<&str> = candidates.iter().map(|event| event.envelope.id.as_str()).collect();
    let mut conn = context.store.read().await?;
    let known = store::webhook_event::list_known(&mut conn, &ids).await?;
    drop(conn);
    let mut found = 0;
    // The oldest first, as webhooks would have come.
    for event in candidates.iter().rev().filter(|event| !known.contains(&event.envelope.id)) {
        let livemode = context.payments.is_live();
        if receive_webhook::take_in(context, &event.envelope, &event.body, livemode).await? {
            found += 1;
            context.metrics.webhook_event("replayed");
        }
    }
    Ok(found)
}

/// How far reading came; none when nothing was read yet.
async fn find_cursor(context: &Context) -> Result<Option<Cursor>, StoreError> {
    let mut conn = context.store.read().await?;
    let stored = store::instance::find(&mut conn, CURSOR).await?;
    Ok(stored.and_then(|text| serde_json::from_str(&text).ok()))
}

/// Where to read from. A database that has read nothing yet begins now: no earlier event can be about it.
fn usable(context: &Context, stored: Option<Cursor>, pace: &Pace) -> Cursor {
    let now_millis = context.clock.business().millis();
    let fresh = Cursor { since_millis: now_millis - pace.overlap_millis, reading: None };
    let mut cursor = stored.unwrap_or(fresh);
    let oldest_millis = now_millis - KEPT_MILLIS;
    if cursor.since_millis < oldest_millis {
        tracing::error!(
            "events of the payment gateway were not read for a month: those before are no longer kept there"
        );
        cursor.since_millis = oldest_millis;
    }
    cursor
}

/// Forgets how far reading came: it was another account's list.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn forget(conn: &mut store::Conn) -> Result<(), StoreError> {
    store::instance::forget(conn, CURSOR).await
}

async fn put_cursor(context: &Context, stored: Option<&Cursor>, cursor: &Cursor) -> Result<(), StoreError> {
    if stored == Some(cursor) {
        return Ok(());
    }
    let text = serde_json::json!(cursor).to_string();
    let mut tx = context.store.begin().await?;
    store::instance::put(&mut tx, CURSOR, &text).await?;
    tx.commit().await
}
