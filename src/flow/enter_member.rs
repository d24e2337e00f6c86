//! Members whom staff enter: paid by bank transfer or in cash, or billed by an earlier system. They count like everybody else.

use serde_json::json;

use super::{Context, StoreError, apply_newsroom, recount_member};
use crate::{
    domain::{
        actor::Actor,
        email::Email,
        entitlement::{Entitlement, Source},
        id::{AuditId, EntitlementId, MemberId, OfflinePaymentId, PersonId},
        member::{Member, Person},
        money::Money,
        plan::Plan,
        time::{Moment, Window, day_begins},
        wording,
    },
    store::{
        self, Conn,
        entered_right::{Entered, OfflinePayment, Told},
    },
};

/// A right as staff write it down.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Whose.
    pub email: Email,
    /// What they are called, kept if the address is new.
    pub name: Option<String>,
    /// To what.
    pub plan: Plan,
    /// Where from: `offline` or `external`.
    pub source: Source,
    /// From when, in business time: from now, or from when it was entered first, if none.
    pub from: Option<Moment>,
    /// Until when, in business time; open-ended when none.
    pub until: Option<Moment>,
    /// The other side's number or words for it.
    pub reference: Option<String>,
}

/// Money that came with it.
#[derive(Clone, Debug)]
pub struct Paid {
    /// How much.
    pub money: Money,
    /// The bank's or the receipt's words.
    pub reference: Option<String>,
}

/// A right that is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whose.
    pub member_id: MemberId,
    /// The member's number.
    pub number: i64,
    /// The plan's slug.
    pub plan: String,
    /// Until when, in business time.
    pub until: Option<Moment>,
    /// The plans, by slug, that the member has a running subscription to beside it; asked for only when a right is added.
    pub subscribed_to: Vec<String>,
}

/// What entering did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// There was none like it.
    Added,
    /// It has another stretch of time or another reference now.
    Changed,
    /// It was there, just so.
    Unchanged,
}

/// Why nothing was entered.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// No such plan.
    #[error("there is no plan \"{0}\": one of {1} would be right")]
    UnknownPlan(String, String),
    /// The end does not lie after the beginning.
    #[error("the membership would end before it begins")]
    EndsBeforeItBegins,
    /// The member has such a right already.
    #[error("this address has an offline membership in that plan already: `masthead member extend` lengthens it")]
    EnteredAlready,
    /// There is nothing to extend or to end.
    #[error("this address has no offline membership: `masthead member add` enters one")]
    NotEntered,
    /// An extension that would shorten it.
    #[error("it lasts {0} already: a later day would be right")]
    LastsLonger(String),
    /// It has ended before that.
    #[error("it has ended by then already")]
    EndedAlready,
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// The first moment of a day on the newsroom's calendar, and the first after it: `from` and `until` of a right that holds on it.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn day(context: &Context, date: jiff::civil::Date) -> Result<(Moment, Moment), StoreError> {
    let time_zone = time_zone(context).await?;
    Ok((day_begins(date, &time_zone), day_begins(date.tomorrow().unwrap_or(date), &time_zone)))
}

/// The newsroom's time zone.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn time_zone(context: &Context) -> Result<String, StoreError> {
    let newsroom = apply_newsroom::presentation(context).await?;
    Ok(newsroom.map_or_else(|| "UTC".to_owned(), |newsroom| newsroom.time_zone))
}

/// The plan with a slug.
///
/// # Errors
/// [`EnterError`].
pub async fn plan(context: &Context, slug: &str) -> Result<Plan, EnterError> {
    let plans = store::plan::list(&mut *context.store.read().await?).await?;
    let slugs = plans.iter().map(|plan| plan.slug.as_str()).collect::<Vec<_>>().join(", ");
    let found = plans.into_iter().find(|plan| plan.slug == slug);
    found.ok_or_else(|| EnterError::UnknownPlan(slug.to_owned(), slugs))
}

/// Enters an offline member.
///
/// # Errors
/// [`EnterError`]; nothing was entered.
pub async fn add(context: &Context, entry: &Entry, paid: Option<&Paid>, actor: &Actor) -> Result<Held, EnterError> {
    let mut tx = context.store.begin().await?;
    let (member, right, effect) = put(context, &mut tx, entry, actor).await?;
    if effect != Effect::Added {
        return Err(EnterError::EnteredAlready);
    }
    note(context, &mut tx, &right, paid).await?;
    let subscribed_to = subscribed_to(context, &mut tx, &entry.email).await?;
    tx.commit().await?;
    context.wake.counter();
    Ok(Held { subscribed_to, ..held(&member, entry.plan.slug.clone(), &right) })
}

/// The plans, by slug, that an address has a running subscription to here. Takes the member's fence.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn subscribed_to(context: &Context, conn: &mut Conn, email: &Email) -> Result<Vec<String>, StoreError> {
    let Some(person) = store::person::find_by_email(conn, email).await? else { return Ok(Vec::new()) };
    let Some(member) = store::member::find_by_person(conn, &person.id).await? else { return Ok(Vec::new()) };
    store::member::take_fence(conn, &member.id).await?;
    let now = context.clock.business();
    let rights = store::entitlement::list_of_member(conn, &member.id).await?;
    let runs = |right: &&Entitlement| right.source == Source::Subscription && right.window.contains(now);
    let plan_ids: Vec<_> = rights.iter().filter(runs).map(|right| &right.plan_id).collect();
    let plans = store::plan::list(conn).await?.into_iter();
    Ok(plans.filter(|plan| plan_ids.contains(&&plan.id)).map(|plan| plan.slug).collect())
}

/// Stores a right as written down, or brings the stored one from the same source to the same plan up to date. Doing it again
/// changes nothing.
///
/// # Errors
/// [`EnterError`].
pub async fn put(
    context: &Context,
    conn: &mut Conn,
    entry: &Entry,
    actor: &Actor,
) -> Result<(Member, Entitlement, Effect), EnterError> {
    let member = member_of(context, conn, entry).await?;
    let (now, wall) = (context.clock.business(), context.clock.wall());
    let stored = store::entered_right::find(conn, &member.id, &entry.plan.id, entry.source).await?;
    let from = entry.from.or(stored.as_ref().map(|one| one.right.window.from)).unwrap_or(now);
    if entry.until.is_some_and(|until| until <= from) {
        return Err(EnterError::EndsBeforeItBegins);
    }
    let window = Window { from, until: entry.until };
    let (right, effect) = match stored {
        None => (insert(context, conn, entry, &member.id, window).await?, Effect::Added),
        Some(Entered { right, reference }) => {
            let mut changed = store::entered_right::set_window(conn, &right.id, &window, wall).await?;
            if let Some(wanted) = entry.reference.as_deref().filter(|wanted| Some(*wanted) != reference.as_deref()) {
                store::entered_right::set_reference(conn, &right.id, wanted).await?;
                changed = true;
            }
            let effect = if changed { Effect::Changed } else { Effect::Unchanged };
            (Entitlement { window, ..right }, effect)
        }
    };
    if effect == Effect::Unchanged {
        return Ok((member, right, effect));
    }
    if right.window.until.is_some_and(|until| until <= now) {
        // Entered as over: whoever it was knows.
        store::entered_right::mark_told(conn, &right.id, Told::Ended, wall).await?;
    }
    let action = if effect == Effect::Added { "member.entered" } else { "member.changed" };
    audit(context, conn, actor, action, &right, &entry.plan.slug).await?;
    recount_member::recount(context, conn, &member, right.id.as_str()).await?;
    Ok((member, right, effect))
}

/// The member with the entry's address, whose fence is taken; made if there is none.
async fn member_of(context: &Context, conn: &mut Conn, entry: &Entry) -> Result<Member, StoreError> {
    let wall = context.clock.wall();
    let newsroom = apply_newsroom::presentation_in(conn).await?;
    let draft = Person {
        id: PersonId::mint(wall, context.entropy.as_ref()),
        email: entry.email.clone(),
        name: entry.name.clone(),
        locale: newsroom.map_or_else(|| "en".to_owned(), |newsroom| newsroom.locale),
    };
    let person = store::person::find_or_insert(conn, &draft, wall).await?;
    let id = MemberId::mint(wall, context.entropy.as_ref());
    let (member, _) = store::member::find_or_insert(conn, &id, &person.id, wall).await?;
    let fenced = store::member::take_fence(conn, &member.id).await?;
    Ok(fenced.unwrap_or(member))
}

async fn insert(
    context: &Context,
    conn: &mut Conn,
    entry: &Entry,
    member_id: &MemberId,
    window: Window,
) -> Result<Entitlement, StoreError> {
    let (now, wall) = (context.clock.business(), context.clock.wall());
    let right = Entitlement {
        id: EntitlementId::mint(wall, context.entropy.as_ref()),
        member_id: member_id.clone(),
        plan_id: entry.plan.id.clone(),
        source: entry.source,
        subscription_id: None,
        window,
        settled_at: Some(window.from.min(now)),
    };
    store::entitlement::insert(conn, &right, wall).await?;
    if let Some(reference) = &entry.reference {
        store::entered_right::set_reference(conn, &right.id, reference).await?;
    }
    Ok(right)
}

/// Lets the offline membership of an address last longer.
///
/// # Errors
/// [`EnterError`]; nothing was changed.
pub async fn extend(
    context: &Context,
    email: &Email,
    until: Moment,
    paid: Option<&Paid>,
    actor: &Actor,
) -> Result<Held, EnterError> {
    let mut tx = context.store.begin().await?;
    let (member, right, plan) = find_offline(&mut tx, email).await?;
    match right.window.until {
        Some(before) if before < until => {}
        None => return Err(EnterError::LastsLonger("until further notice".to_owned())),
        Some(before) => return Err(EnterError::LastsLonger(wording::until(before, &time_zone(context).await?))),
    }
    let window = Window { until: Some(until), ..right.window };
    let right =
        move_to(context, &mut tx, &member, Entitlement { window, ..right }, &plan, ("member.extended", actor)).await?;
    note(context, &mut tx, &right, paid).await?;
    tx.commit().await?;
    context.wake.counter();
    Ok(held(&member, plan.slug, &right))
}

/// Ends the offline membership of an address at a moment of business time.
///
/// # Errors
/// [`EnterError`]; nothing was changed.
pub async fn end(context: &Context, email: &Email, at: Moment, actor: &Actor) -> Result<Held, EnterError> {
    let mut tx = context.store.begin().await?;
    let (member, right, plan) = find_offline(&mut tx, email).await?;
    if right.window.until.is_some_and(|until| until <= at) {
        return Err(EnterError::EndedAlready);
    }
    let window = Window { until: Some(at.max(right.window.from)), ..right.window };
    let right =
        move_to(context, &mut tx, &member, Entitlement { window, ..right }, &plan, ("member.ended", actor)).await?;
    tx.commit().await?;
    context.wake.counter();
    Ok(held(&member, plan.slug, &right))
}

async fn find_offline(conn: &mut Conn, email: &Email) -> Result<(Member, Entitlement, Plan), EnterError> {
    let person = store::person::find_by_email(conn, email).await?.ok_or(EnterError::NotEntered)?;
    let member = store::member::find_by_person(conn, &person.id).await?.ok_or(EnterError::NotEntered)?;
    let member = store::member::take_fence(conn, &member.id).await?.ok_or(EnterError::NotEntered)?;
    let rights = store::entitlement::list_of_member(conn, &member.id).await?;
    let offline = rights.into_iter().filter(|right| right.source == Source::Offline);
    // The one that lasts longest; open-ended is longest.
    let right = offline.max_by_key(|right| right.window.until.map_or(i64::MAX, Moment::millis));
    let right = right.ok_or(EnterError::NotEntered)?;
    let plan = store::plan::list(conn).await?.into_iter().find(|plan| plan.id == right.plan_id);
    Ok((member, right, plan.ok_or(EnterError::NotEntered)?))
}

async fn move_to(
    context: &Context,
    conn: &mut Conn,
    member: &Member,
    right: Entitlement,
    plan: &Plan,
    (action, actor): (&str, &Actor),
) -> Result<Entitlement, StoreError> {
    store::entered_right::set_window(conn, &right.id, &right.window, context.clock.wall()).await?;
    audit(context, conn, actor, action, &right, &plan.slug).await?;
    recount_member::recount(context, conn, member, right.id.as_str()).await?;
    Ok(right)
}

async fn note(context: &Context, conn: &mut Conn, right: &Entitlement, paid: Option<&Paid>) -> Result<(), StoreError> {
    let Some(paid) = paid else { return Ok(()) };
    let payment = OfflinePayment {
        id: OfflinePaymentId::mint(context.clock.wall(), context.entropy.as_ref()),
        member_id: &right.member_id,
        entitlement_id: &right.id,
        money: paid.money,
        reference: paid.reference.as_deref(),
        noted_at: context.clock.business(),
    };
    store::entered_right::note_payment(conn, &payment).await
}

fn held(member: &Member, plan: String, right: &Entitlement) -> Held {
    Held {
        member_id: member.id.clone(),
        number: member.number,
        plan,
        until: right.window.until,
        subscribed_to: Vec::new(),
    }
}

async fn audit(
    context: &Context,
    conn: &mut Conn,
    actor: &Actor,
    action: &str,
    right: &Entitlement,
    plan: &str,
) -> Result<(), StoreError> {
    let at = context.clock.wall();
    let until = right.window.until.map(|until| until.to_string());
    let detail = json!({
        "right": right.id.as_str(), "plan": plan, "source": right.source.as_str(), "until": until,
    });
    let id = AuditId::mint(at, context.entropy.as_ref());
    let record = store::audit::Record { id, at, actor, action, subject_id: right.member_id.as_str(), detail };
    store::audit::insert(conn, &record).await
}
