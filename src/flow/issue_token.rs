//! Issuing access tokens and passes: what the member holds now, signed, for one site, for ten minutes at most.

use super::{Context, StoreError, find_session, read_plans};
use crate::{
    domain::{gate, id::TokenId, member::Member, site::Site, time::Moment},
    store,
    token::{AccessClaims, PassClaims, TokenError},
};

/// A token with what its bearer is told beside it.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The signed token.
    pub access_token: String,
    /// For how long it holds, in seconds.
    pub expires_in_seconds: i64,
    /// The gates that open, by slug.
    pub gates: Vec<String>,
    /// The member.
    pub member: Member,
}

/// Why no token was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// No site has this slug.
    #[error("there is no such site")]
    UnknownSite,
    /// The keys.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

/// Issues an access token for a site.
///
/// # Errors
/// [`IssueError`].
pub async fn issue(context: &Context, member: &Member, site: &Site) -> Result<Issued, IssueError> {
    let standing = find_session::standing(context, member).await?;
    let gates = read_plans::gates(context).await?;
    let plans = read_plans::all(context).await?;
    let (business, wall) = (context.clock.business(), context.clock.wall());
    let (open, closes_at) = gate::open_gates(&gates, &standing, &plans, business);
    let gates: Vec<String> = open.into_iter().map(str::to_owned).collect();
    let exp = expiry(context, wall, business, closes_at);
    let claims = AccessClaims {
        iss: issuer(context),
        aud: site.audience.clone(),
        sub: member.id.to_string(),
        client_id: site.slug.clone(),
        jti: TokenId::mint(wall, context.entropy.as_ref()).to_string(),
        iat: wall.seconds(),
        exp,
        plans: gate::held_plans(&standing, &plans, business).map(|plan| plan.slug.clone()).collect(),
        gates: gates.clone(),
        scope: "gates".to_owned(),
    };
    let access_token = context.keyring.sign_access(&claims, wall)?;
    context.metrics.token();
    Ok(Issued { access_token, expires_in_seconds: exp - wall.seconds(), gates, member: member.clone() })
}

/// Issues a pass for one article behind one gate that opens for the member now.
///
/// # Errors
/// [`TokenError`].
pub fn issue_pass(
    context: &Context,
    member: &Member,
    site: &Site,
    (gate, article): (&str, &str),
    closes_at: Option<Moment>,
) -> Result<String, TokenError> {
    let (business, wall) = (context.clock.business(), context.clock.wall());
    let claims = PassClaims {
        iss: issuer(context),
        aud: site.audience.clone(),
        sub: member.id.to_string(),
        client_id: site.slug.clone(),
        jti: TokenId::mint(wall, context.entropy.as_ref()).to_string(),
        iat: wall.seconds(),
        exp: expiry(context, wall, business, closes_at),
        gate: gate.to_owned(),
        article: article.to_owned(),
    };
    context.keyring.sign_pass(&claims, wall)
}

/// The site with a slug; without one, the site that an address belongs to, or the first.
///
/// # Errors
/// [`IssueError::UnknownSite`].
pub async fn find_site(context: &Context, slug: Option<&str>, address: Option<&str>) -> Result<Site, IssueError> {
    let mut conn = context.store.read().await?;
    if let Some(slug) = slug {
        return store::site::find_by_slug(&mut conn, slug).await?.ok_or(IssueError::UnknownSite);
    }
    let sites = store::site::list(&mut conn).await?;
    let home = sites.iter().find(|site| address.is_some_and(|address| site.allows_return_to(address).is_some()));
    home.or(sites.first()).cloned().ok_or(IssueError::UnknownSite)
}

/// The site that a script of an origin speaks for: our own pages for any, other origins for the sites that have registered them.
///
/// # Errors
/// [`IssueError::UnknownSite`], also when there is such a site but the origin is not its own.
pub async fn find_site_of_origin(
    context: &Context,
    slug: Option<&str>,
    origin: Option<&str>,
) -> Result<Site, IssueError> {
    let own = context.settings.base_url.origin().ascii_serialization();
    let foreign = origin.filter(|origin| *origin != own);
    let Some(foreign) = foreign else {
        return find_site(context, slug, origin.map(|own| format!("{own}/")).as_deref()).await;
    };
    let mut conn = context.store.read().await?;
    let sites = store::site::list(&mut conn).await?;
    let mut of_origin = sites.into_iter().filter(|site| site.origins.iter().any(|known| known == foreign));
    of_origin.find(|site| slug.is_none_or(|slug| site.slug == slug)).ok_or(IssueError::UnknownSite)
}

/// Who issues our tokens: the public address without a slash at its end.
pub fn issuer(context: &Context) -> String {
    context.settings.base_url.as_str().trim_end_matches('/').to_owned()
}

/// The end of a token in wall seconds: never later than its time to live, nor than the right it tells of. Rights end by
/// business time, tokens by the wall clock: the length of time between is what carries over.
fn expiry(context: &Context, wall: Moment, business: Moment, closes_at: Option<Moment>) -> i64 {
    let by_ttl = wall.plus_seconds(context.settings.token_ttl_seconds);
    let by_right = closes_at.map(|at| wall.plus_millis(at.millis_since(business)));
    by_right.map_or(by_ttl, |at| at.min(by_ttl)).seconds()
}
