//! Applying a declared newsroom: what is declared is inserted or changed, nothing is deleted, and doing it twice changes
//! nothing more. Prices are never changed: one that is no longer declared goes off sale, a new one is put on sale.

use serde_json::json;

use super::{
    Context, StoreError,
    compare_newsroom::{Difference, Touches, compare_in},
};
use crate::{
    domain::{
        actor::Actor,
        campaign::{Campaign, Milestone},
        counting::CountingRule,
        declaration::{CampaignDeclared, Declaration, PlanDeclared, SiteDeclared},
        gate::{Gate, OpensFor},
        id::{AuditId, CampaignEntryId, CampaignId, GateId, PlanId, PriceId, SiteId},
        money::{Currency, Money},
        newsroom::Newsroom,
        plan::{Plan, Price},
        price_declared::PriceDeclared,
        site::Site,
        time::{Moment, Window},
    },
    store::{self, Conn},
};

/// Under which key the newsroom's presentation is kept.
const NEWSROOM: &str = "newsroom";

/// How the newsroom presents itself; none before a declaration was applied.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn presentation(context: &Context) -> Result<Option<Newsroom>, StoreError> {
    presentation_in(&mut *context.store.read().await?).await
}

/// The same on a connection of the caller's.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn presentation_in(conn: &mut Conn) -> Result<Option<Newsroom>, StoreError> {
    let stored = store::instance::find(conn, NEWSROOM).await?;
    stored.map(|text| serde_json::from_str(&text).map_err(|_| StoreError::Corrupt { column: "newsroom" })).transpose()
}

/// Why a declaration was not applied. Then nothing was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The result of an ended campaign is frozen, and this would change it.
    #[error("the result of a campaign that has ended is frozen. Put back:\n{}", lines(.0))]
    ResultFrozen(Vec<Difference>),
    /// Members have something that they would no longer be sold, or no longer have; nobody has agreed to that.
    #[error("this touches members:\n{}", lines(.0))]
    TouchesMembers(Vec<Difference>),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether whoever applies a declaration agrees to what it takes from members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// No: such a declaration is refused.
    NotGiven,
    /// Yes: they were shown what it touches.
    Given,
}

fn lines(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Applies a declaration that has no faults, in one transaction. Returns what it changed: when nothing, nothing was written.
///
/// # Errors
/// [`ApplyError`] says why nothing was applied.
pub async fn apply(
    context: &Context,
    declaration: &Declaration,
    actor: &Actor,
    consent: Consent,
) -> Result<Vec<Difference>, ApplyError> {
    let mut tx = context.store.begin().await?;
    let differences = compare_in(context, &mut tx, declaration).await?;
    let those = |which: fn(&Touches) -> bool| -> Vec<Difference> {
        differences.iter().filter(|one| which(&one.touches)).cloned().collect()
    };
    let frozen = those(|touches| *touches == Touches::FrozenResult);
    if !frozen.is_empty() {
        return Err(ApplyError::ResultFrozen(frozen));
    }
    let touching = those(|touches| *touches != Touches::Nobody);
    if !touching.is_empty() && consent == Consent::NotGiven {
        return Err(ApplyError::TouchesMembers(touching));
    }
    if differences.is_empty() {
        return Ok(differences);
    }
    declare(context, &mut tx, declaration, actor).await?;
    let at = context.clock.wall();
    let changed: Vec<String> = differences.iter().map(ToString::to_string).collect();
    let record = store::audit::Record {
        id: AuditId::mint(at, context.entropy.as_ref()),
        at,
        actor,
        action: "newsroom.applied",
        subject_id: "newsroom",
        detail: json!({ "changes": changed }),
    };
    store::audit::insert(&mut tx, &record).await?;
    tx.commit().await?;
    context.catalogue.forget();
    context.wake.counter();
    Ok(differences)
}

async fn declare(context: &Context, tx: &mut Conn, declaration: &Declaration, actor: &Actor) -> Result<(), StoreError> {
    let gates = declare_gates(context, tx, declaration).await?;
    for (position, plan) in (0..).zip(&declaration.plans) {
        declare_plan(context, tx, plan, position, &gates).await?;
    }
    for site in &declaration.sites {
        declare_site(context, tx, site).await?;
    }
    for campaign in &declaration.campaigns {
        declare_campaign(context, tx, campaign, actor).await?;
    }
    store::member::recount_all(tx).await?;
    store::instance::put(tx, NEWSROOM, &json!(declaration.newsroom).to_string()).await
}

/// Declares a site alone: the demonstration's addresses follow its ports.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn apply_site(context: &Context, site: &SiteDeclared) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    declare_site(context, &mut tx, site).await?;
    tx.commit().await
}

async fn declare_gates(context: &Context, conn: &mut Conn, declaration: &Declaration) -> Result<Vec<Gate>, StoreError> {
    let now = context.clock.wall();
    let mut gates = Vec::new();
    for gate in &declaration.gates {
        let gate = Gate {
            id: GateId::mint(now, context.entropy.as_ref()),
            slug: gate.slug.clone(),
            title: gate.title.clone(),
            opens_for: OpensFor::parse(&gate.opens_for).ok_or(StoreError::Corrupt { column: "opens_for" })?,
        };
        gates.push(store::gate::declare(conn, &gate, now).await?);
    }
    Ok(gates)
}

async fn declare_plan(
    context: &Context,
    conn: &mut Conn,
    declared: &PlanDeclared,
    position: i64,
    gates: &[Gate],
) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let plan = Plan {
        id: PlanId::mint(now, context.entropy.as_ref()),
        slug: declared.slug.clone(),
        title: declared.title.clone(),
        description: declared.description.clone(),
        gates: declared.gates.clone(),
        gateway_product_id: None,
    };
    let plan_id = store::plan::declare(conn, &plan, position, now).await?;
    let opened = gates.iter().filter(|gate| declared.gates.contains(&gate.slug));
    let gate_ids: Vec<GateId> = opened.map(|gate| gate.id.clone()).collect();
    store::plan::set_gates(conn, &plan_id, &gate_ids).await?;
    let wanted = wanted_prices(context, declared, &plan_id)?;
    let on_sale = store::price::list_of_plan(conn, &plan_id).await?;
    let same = |a: &Price, b: &Price| PriceDeclared::from(a).is_same(&PriceDeclared::from(b));
    for price in on_sale.iter().filter(|price| !wanted.iter().any(|one| same(one, price))) {
        store::price::archive(conn, &price.id, now).await?;
    }
    for price in wanted.iter().filter(|price| !on_sale.iter().any(|one| same(one, price))) {
        store::price::insert(conn, price, now).await?;
    }
    Ok(())
}

fn wanted_prices(context: &Context, declared: &PlanDeclared, plan_id: &PlanId) -> Result<Vec<Price>, StoreError> {
    let now = context.clock.wall();
    let price = |price: &PriceDeclared| {
        let currency = Currency::parse(&price.currency).map_err(|_| StoreError::Corrupt { column: "currency" })?;
        Ok(Price {
            id: PriceId::mint(now, context.entropy.as_ref()),
            plan_id: plan_id.clone(),
            money: Money { amount_minor: price.amount_minor, currency },
            interval: price.interval,
            tax: price.tax,
            own_amount: price.own_amount(),
            opens_months: price.opens_months,
            gateway_price_id: None,
        })
    };
    declared.prices.iter().map(price).collect()
}

async fn declare_site(context: &Context, conn: &mut Conn, declared: &SiteDeclared) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let addresses = declared.return_to.iter().filter_map(|address| url::Url::parse(address).ok());
    let site = Site {
        id: SiteId::mint(now, context.entropy.as_ref()),
        slug: declared.slug.clone(),
        name: declared.name.clone(),
        audience: declared.audience.clone(),
        origins: declared.origins.clone(),
        return_to: addresses.collect(),
    };
    store::site::declare(conn, &site, now).await
}

async fn declare_campaign(
    context: &Context,
    conn: &mut Conn,
    declared: &CampaignDeclared,
    actor: &Actor,
) -> Result<(), StoreError> {
    let (now, wall) = (context.clock.business(), context.clock.wall());
    let mut wanted = campaign(context, declared, now);
    if let Some(before) = store::campaign::find_by_slug(conn, &declared.slug).await? {
        keep_reached(&mut wanted.milestones, &before.milestones);
    }
    let stored = store::campaign::declare(conn, &wanted, wall).await?;
    let Some(offset) = &declared.offset else { return Ok(()) };
    let before = store::campaign::find_offset(conn, &stored.id).await?;
    let members_before = before.as_ref().map_or(0, |offset| offset.members);
    let unchanged = before.is_some_and(|before| {
        before.members == offset.members
            && before.at == offset.at
            && before.author == offset.author
            && before.reason == offset.reason
    });
    if unchanged {
        return Ok(());
    }
    let entry = store::campaign::Entry {
        id: CampaignEntryId::mint(wall, context.entropy.as_ref()),
        campaign_id: &stored.id,
        member_id: None,
        delta_members: offset.members - members_before,
        reason: "offset",
        cause: &offset.reason,
        author: Some(&offset.author),
        at: offset.at,
    };
    store::campaign::append(conn, &entry).await?;
    let record = store::audit::Record {
        id: AuditId::mint(wall, context.entropy.as_ref()),
        at: wall,
        actor,
        action: "campaign.offset",
        subject_id: stored.id.as_str(),
        detail: json!({ "members": offset.members }),
    };
    store::audit::insert(conn, &record).await
}

/// A milestone that was reached stays so, whatever its title becomes.
fn keep_reached(wanted: &mut [Milestone], before: &[Milestone]) {
    for milestone in wanted {
        let same = before.iter().find(|one| one.count == milestone.count);
        milestone.reached_at = same.and_then(|one| one.reached_at);
    }
}

fn campaign(context: &Context, declared: &CampaignDeclared, now: Moment) -> Campaign {
    Campaign {
        id: CampaignId::mint(context.clock.wall(), context.entropy.as_ref()),
        slug: declared.slug.clone(),
        title: declared.title.clone(),
        pitch: declared.pitch.clone(),
        goal_members: declared.goal_members,
        start_members: declared.start_members,
        rule: CountingRule {
            who: declared.who,
            basis: declared.basis,
            leavers: declared.leavers,
            sources: declared.sources.clone(),
        },
        window: Window { from: declared.starts_at, until: declared.ends_at },
        time_zone: declared.time_zone.clone(),
        stretch_goals: declared.stretch_goals.clone(),
        milestones: declared.milestones.clone(),
        published_at: declared.public.then_some(now),
        reached_at: None,
        frozen_members: None,
        tally_members: 0,
        version: 1,
        as_of: now,
    }
}
