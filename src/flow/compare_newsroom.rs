//! What applying a declaration would change, and whom it would touch. Reads only.

use std::fmt;

use super::{Context, StoreError};
use crate::{
    domain::{
        declaration::{CampaignDeclared, Declaration, GateDeclared, OffsetDeclared, PlanDeclared, SiteDeclared},
        declaration_change::{self, Change, Taken, changes},
        money::{Currency, Money},
        plan::Plan,
        price_declared::PriceDeclared,
        site::Site,
    },
    store::{self, Conn},
};

/// What may no longer change once a campaign's result is frozen.
const FROZEN_FIELDS: [&str; 9] =
    ["goal_members", "who", "basis", "leavers", "sources", "starts_at", "ends_at", "public", "offset"];

/// One change, and whom it touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The change.
    pub change: Change,
    /// Whom it touches.
    pub touches: Touches,
}

/// Whom a change touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touches {
    /// Nobody.
    Nobody,
    /// So many running subscriptions are billed by a price that goes off sale. They keep it.
    Subscriptions(i64),
    /// So many members can read behind a gate that their plan no longer opens.
    Members(i64),
    /// The frozen result of a campaign that has ended.
    FrozenResult,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.change)?;
        match self.touches {
            Touches::Nobody => Ok(()),
            Touches::Subscriptions(1) => write!(f, " (off sale; 1 subscription is billed by it and keeps it)"),
            Touches::Subscriptions(count) => {
                write!(f, " (off sale; {count} subscriptions are billed by it and keep it)")
            }
            Touches::Members(1) => write!(f, " (1 member loses it)"),
            Touches::Members(count) => write!(f, " ({count} members lose it)"),
            Touches::FrozenResult => write!(f, " (the campaign has ended: its result is frozen)"),
        }
    }
}

/// Compares a declaration with what is stored; empty when applying it would change nothing.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn compare(context: &Context, declaration: &Declaration) -> Result<Vec<Difference>, StoreError> {
    let mut conn = context.store.read().await?;
    compare_in(context, &mut conn, declaration).await
}

/// What is stored and not declared, and stays as it is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn left_out(context: &Context, declaration: &Declaration) -> Result<Vec<String>, StoreError> {
    let mut conn = context.store.read().await?;
    let stored = stored(&mut conn).await?;
    Ok(stored.map_or_else(Vec::new, |stored| declaration_change::left_out(&stored, declaration)))
}

/// The same before there is a database: everything is new.
pub fn from_nothing(declaration: &Declaration) -> Vec<Difference> {
    changes(None, declaration).into_iter().map(|change| Difference { change, touches: Touches::Nobody }).collect()
}

/// The same on the caller's connection, so that what is compared is what is changed.
pub(super) async fn compare_in(
    context: &Context,
    conn: &mut Conn,
    declaration: &Declaration,
) -> Result<Vec<Difference>, StoreError> {
    let stored = stored(conn).await?;
    let frozen = frozen_fields(conn).await?;
    let mut differences = Vec::new();
    for change in changes(stored.as_ref(), declaration) {
        let touches = match &change.takes {
            _ if frozen.contains(&change.field) => Touches::FrozenResult,
            None => Touches::Nobody,
            Some(Taken::Price { plan, price }) => subscriptions(conn, plan, price).await?,
            Some(Taken::Gate { plan }) => {
                let count = store::entitlement::count_of_plan(conn, plan, context.clock.business()).await?;
                if count == 0 { Touches::Nobody } else { Touches::Members(count) }
            }
        };
        differences.push(Difference { change, touches });
    }
    Ok(differences)
}

async fn subscriptions(conn: &mut Conn, plan: &str, price: &PriceDeclared) -> Result<Touches, StoreError> {
    let currency = Currency::parse(&price.currency).map_err(|_| StoreError::Corrupt { column: "currency" })?;
    let money = Money { amount_minor: price.amount_minor, currency };
    let billed = store::subscription::list_statuses_of_price(conn, plan, money, price.interval, price.tax).await?;
    let count = billed.iter().filter(|status| status.is_live()).count();
    Ok(if count == 0 { Touches::Nobody } else { Touches::Subscriptions(i64::try_from(count).unwrap_or(i64::MAX)) })
}

async fn frozen_fields(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let campaigns = store::campaign::list(conn).await?;
    let ended = campaigns.iter().filter(|campaign| campaign.frozen_members.is_some());
    Ok(ended.flat_map(|one| FROZEN_FIELDS.map(|field| format!("campaigns[{}].{field}", one.slug))).collect())
}

/// The stored newsroom in the form in which one is declared; none before a declaration was applied.
async fn stored(conn: &mut Conn) -> Result<Option<Declaration>, StoreError> {
    let Some(newsroom) = super::apply_newsroom::presentation_in(conn).await? else { return Ok(None) };
    let gates = store::gate::list(conn).await?.into_iter().map(|gate| GateDeclared {
        slug: gate.slug,
        title: gate.title,
        opens_for: gate.opens_for.as_str().to_owned(),
    });
    let gates = gates.collect();
    let mut plans = Vec::new();
    for plan in store::plan::list(conn).await? {
        plans.push(stored_plan(conn, plan).await?);
    }
    let sites = store::site::list(conn).await?.into_iter().map(stored_site).collect();
    let mut campaigns = Vec::new();
    for campaign in store::campaign::list(conn).await? {
        let offset = store::campaign::find_offset(conn, &campaign.id).await?;
        let offset = offset.map(|offset| OffsetDeclared {
            members: offset.members,
            at: offset.at,
            author: offset.author,
            reason: offset.reason,
        });
        campaigns.push(CampaignDeclared {
            slug: campaign.slug,
            title: campaign.title,
            pitch: campaign.pitch,
            goal_members: campaign.goal_members,
            start_members: campaign.start_members,
            who: campaign.rule.who,
            basis: campaign.rule.basis,
            leavers: campaign.rule.leavers,
            sources: campaign.rule.sources,
            starts_at: campaign.window.from,
            ends_at: campaign.window.until,
            time_zone: campaign.time_zone,
            public: campaign.published_at.is_some(),
            stretch_goals: campaign.stretch_goals,
            milestones: campaign.milestones,
            offset,
        });
    }
    Ok(Some(Declaration { newsroom, gates, plans, sites, campaigns }))
}

async fn stored_plan(conn: &mut Conn, plan: Plan) -> Result<PlanDeclared, StoreError> {
    let prices = store::price::list_of_plan(conn, &plan.id).await?.iter().map(PriceDeclared::from).collect();
    Ok(PlanDeclared { slug: plan.slug, title: plan.title, description: plan.description, gates: plan.gates, prices })
}

fn stored_site(site: Site) -> SiteDeclared {
    SiteDeclared {
        slug: site.slug,
        name: site.name,
        audience: site.audience,
        origins: site.origins,
        return_to: site.return_to.iter().map(ToString::to_string).collect(),
    }
}
