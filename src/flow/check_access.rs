//! Deciding one gate for one reader, and what to offer to whom it stays shut.

use super::{
    Context, StoreError, catalogue, find_session,
    issue_token::{self, IssueError},
    read_plans,
};
use crate::{
    domain::{
        gate::{self, Decision, Reason, Standing},
        id::MemberId,
        member::Member,
        plan::Price,
        site::Site,
    },
    store,
};

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    /// Who is signed in.
    pub member: Option<Member>,
    /// The site that a token was issued for, or that a script belongs to: passes are for it alone.
    pub site: Option<Site>,
}

/// The answer for one article.
#[derive(Clone, Debug)]
pub struct Access {
    /// What to do.
    pub decision: Decision,
    /// Why.
    pub reason: Reason,
    /// The pass, when it opens.
    pub pass: Option<String>,
    /// The cheapest price that opens it, when it does not.
    pub from: Option<Price>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// No gate has this slug.
    #[error("there is no such gate")]
    UnknownGate,
    /// The pass.
    #[error(transparent)]
    Pass(#[from] IssueError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Decides.
///
/// # Errors
/// [`AccessError`].
pub async fn check(context: &Context, asker: &Asker, gate_slug: &str, article: &str) -> Result<Access, AccessError> {
    let catalogue = catalogue::read(context).await?;
    let (gates, plans) = (&catalogue.gates, &catalogue.plans);
    let wanted = gates.iter().find(|gate| gate.slug == gate_slug).ok_or(AccessError::UnknownGate)?;
    let standing = match &asker.member {
        Some(member) => find_session::standing(context, member).await?,
        None => Standing::default(),
    };
    let now = context.clock.business();
    let (decision, reason) = gate::decide(wanted, &standing, plans, now);
    let mut access = Access { decision, reason, pass: None, from: None };
    match (decision, &asker.member) {
        (Decision::Open, Some(member)) => {
            let site = match &asker.site {
                Some(site) => site.clone(),
                None => issue_token::find_site(context, None, Some(article)).await?,
            };
            let (_, closes_at) = gate::open_gates(gates, &standing, plans, now);
            let pass = issue_token::issue_pass(context, member, &site, (gate_slug, article), closes_at);
            access.pass = Some(pass.map_err(IssueError::from)?);
        }
        _ => access.from = read_plans::cheapest(&read_plans::list(context).await?, gate_slug),
    }
    Ok(access)
}

/// The member whom a bearer's access token names, and the site that it was issued for, if the token is ours, holds, and the member is
/// not deleted. What the member holds is looked up, never taken from the token.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn bearer(context: &Context, token: &str) -> Result<Option<Asker>, StoreError> {
    let catalogue = catalogue::read(context).await?;
    let audiences: Vec<&str> = catalogue.sites.iter().map(|site| site.audience.as_str()).collect();
    let issuer = issue_token::issuer(context);
    let Ok(claims) = context.keyring.verify_access(token, &issuer, &audiences, context.clock.wall()) else {
        return Ok(None);
    };
    let Ok(member_id) = MemberId::parse(&claims.sub) else { return Ok(None) };
    let mut conn = context.store.read().await?;
    let member = store::member::find(&mut conn, &member_id).await?.filter(|member| member.deleted_at.is_none());
    let site = catalogue.sites.iter().find(|site| site.slug == claims.client_id).cloned();
    Ok(member.zip(site).map(|(member, site)| Asker { member: Some(member), site: Some(site) }))
}
