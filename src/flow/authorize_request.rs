//! Answering a newsroom's own proxy: may this request have what lies behind this gate?

use url::Url;

use super::{
    Context, StoreError,
    check_access::{AccessError, Asker},
    find_session, read_plans,
};
use crate::{
    domain::{
        gate::{self, Decision, Standing},
        id::MemberId,
    },
    store,
};

/// What a proxy is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Let the request through.
    Open(Bearer),
    /// Nobody who is known asks: signing in comes first.
    SignIn,
    /// Nobody who is known asks, and the gate opens for a plan.
    Join,
    /// Who asks is known, and holds nothing that opens this gate.
    Refused,
}

/// Who is let through, for logs and for the page's own greeting. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The member.
    pub member_id: MemberId,
    /// The slugs of the plans that the member holds now.
    pub plans: Vec<String>,
    /// The slugs of the gates that open for the member now.
    pub gates: Vec<String>,
}

/// A page of a registered site, to which a reader may be sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// The site's slug.
    pub site: String,
    /// The page's address.
    pub address: Url,
}

/// Decides.
///
/// # Errors
/// [`AccessError::UnknownGate`].
pub async fn decide(context: &Context, asker: &Asker, gate_slug: &str) -> Result<Verdict, AccessError> {
    let gates = read_plans::gates(context).await?;
    let wanted = gates.iter().find(|gate| gate.slug == gate_slug).ok_or(AccessError::UnknownGate)?;
    let Some(member) = &asker.member else {
        let plans = read_plans::all(context).await?;
        let (decision, _) = gate::decide(wanted, &Standing::default(), &plans, context.clock.business());
        return Ok(if decision == Decision::SignIn { Verdict::SignIn } else { Verdict::Join });
    };
    let standing = find_session::standing(context, member).await?;
    let plans = read_plans::all(context).await?;
    let now = context.clock.business();
    match gate::decide(wanted, &standing, &plans, now).0 {
        Decision::Open => {
            let (open, _) = gate::open_gates(&gates, &standing, &plans, now);
            let gates = open.into_iter().map(str::to_owned).collect();
            let plans = gate::held_plans(&standing, &plans, now).map(|plan| plan.slug.clone()).collect();
            Ok(Verdict::Open(Bearer { member_id: member.id.clone(), plans, gates }))
        }
        // A member whose address has not answered yet opens it by signing in once.
        Decision::SignIn => Ok(Verdict::SignIn),
        Decision::Join => Ok(Verdict::Refused),
    }
}

/// The page that a proxy was asked for, if it is one of a registered site's: an absolute address, or a path on our own host.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_article(context: &Context, original_uri: &str) -> Result<Option<Article>, StoreError> {
    let own = context.settings.base_url.origin().ascii_serialization();
    let address = if original_uri.starts_with('/') { format!("{own}{original_uri}") } else { original_uri.to_owned() };
    let mut conn = context.store.read().await?;
    let sites = store::site::list(&mut conn).await?;
    let found = sites.into_iter().find_map(|site| Some((site.allows_return_to(&address)?, site.slug)));
    Ok(found.map(|(address, site)| Article { site, address }))
}
