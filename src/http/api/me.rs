//! `GET /v1/me`: the signed-in member.

use actix_web::{HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::Serialize;

use super::plans::PriceBody;
use crate::{
    domain::{
        entitlement::{Entitlement, Source},
        id::{EntitlementId, MemberId, SubscriptionId},
        plan::Price,
        subscription::Subscription,
        time::Moment,
    },
    flow::read_member::{self, Profile},
    http::{Problem, State, extract::SignedIn},
};

/// The member with what they hold.
///
/// # Errors
/// `sign_in_required`.
pub async fn show(state: web::Data<State>, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    let body = body(&state, &current.member.id).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(body))
}

/// A member as the API tells them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Member", deny_unknown_fields)]
pub struct MemberBody {
    id: MemberId,
    /// The member's number: permanent, never given twice.
    number: i64,
    email: Option<String>,
    name: Option<String>,
    /// Whether the address has answered.
    verified: bool,
    created_at: Moment,
    entitlements: Vec<EntitlementBody>,
    subscription: Option<SubscriptionBody>,
}

/// A right to a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Entitlement", deny_unknown_fields)]
pub struct EntitlementBody {
    id: EntitlementId,
    /// The plan's slug.
    plan: String,
    source: Source,
    /// The first moment.
    from: Moment,
    /// The first moment after it; none when it has no end.
    until: Option<Moment>,
    /// The gates that it opens, by slug.
    gates: Vec<String>,
}

/// The running subscription.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Subscription", deny_unknown_fields)]
pub struct SubscriptionBody {
    id: SubscriptionId,
    /// The plan's slug.
    plan: Option<String>,
    price: Option<PriceBody>,
    /// `active`, `past_due`, `cancelling` or another word of the payment service.
    state: String,
    current_period_end: Option<Moment>,
    /// When it ends, if that is arranged.
    cancel_at: Option<Moment>,
    /// What is billed next; none where nothing is to be, or where that waits for a payment that failed.
    next_payment: Option<NextPaymentBody>,
}

/// A payment to come.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NextPayment", deny_unknown_fields)]
pub struct NextPaymentBody {
    at: Moment,
    /// In minor units: what a discount, a credit or tax on top make of the price.
    amount_minor: i64,
    /// ISO 4217.
    #[schemars(extend("pattern" = "^[A-Z]{3}$"))]
    currency: String,
}

/// What a member holds.
///
/// # Errors
/// `sign_in_required` when they are gone.
pub async fn body(state: &State, member_id: &MemberId) -> Result<MemberBody, Problem> {
    let profile = read_member::read(&state.context, member_id).await?.ok_or_else(Problem::sign_in_required)?;
    Ok(MemberBody {
        id: profile.member.id.clone(),
        number: profile.member.number,
        email: profile.person.as_ref().map(|person| person.email.as_str().to_owned()),
        name: profile.person.as_ref().and_then(|person| person.name.clone()),
        verified: profile.member.verified_at.is_some(),
        created_at: profile.member.created_at,
        entitlements: entitlements(&profile),
        subscription: subscription(&profile),
    })
}

fn entitlements(profile: &Profile) -> Vec<EntitlementBody> {
    let shown = |right: &Entitlement| {
        let plan = profile.plan(&right.plan_id)?;
        Some(EntitlementBody {
            id: right.id.clone(),
            plan: plan.slug.clone(),
            source: right.source,
            from: right.window.from,
            until: right.window.until,
            gates: plan.gates.clone(),
        })
    };
    profile.entitlements.iter().filter_map(shown).collect()
}

fn subscription(profile: &Profile) -> Option<SubscriptionBody> {
    let (running, price) = profile.running()?;
    let plan = price.as_ref().and_then(|price| profile.plan(&price.plan_id));
    Some(SubscriptionBody {
        id: running.id.clone(),
        plan: plan.map(|plan| plan.slug.clone()),
        price: price.as_ref().map(PriceBody::from),
        state: state_word(running).to_owned(),
        current_period_end: running.current_period_end,
        cancel_at: running.cancel_at,
        next_payment: price.as_ref().and_then(|price| next_payment(running, price)),
    })
}

fn next_payment(running: &Subscription, price: &Price) -> Option<NextPaymentBody> {
    let amount_minor = running.next_amount_minor.unwrap_or(price.money.amount_minor);
    let currency = price.money.currency.to_string();
    running.next_payment_at().map(|at| NextPaymentBody { at, amount_minor, currency })
}

/// The gateway's word, but for one that is arranged to end.
fn state_word(subscription: &Subscription) -> &str {
    match subscription.cancel_at {
        Some(_) => "cancelling",
        None => subscription.status.as_str(),
    }
}
