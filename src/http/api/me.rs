//! `GET /v1/me`: the signed-in member.

use actix_web::{HttpResponse, http::header, web};
use serde_json::{Value, json};

use super::plans::PriceBody;
use crate::{
    domain::{id::MemberId, subscription::Subscription},
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
///
/// # Errors
/// `sign_in_required` when they are gone.
pub async fn body(state: &State, member_id: &MemberId) -> Result<Value, Problem> {
    let profile = read_member::read(&state.context, member_id).await?.ok_or_else(Problem::sign_in_required)?;
    let entitlements: Vec<Value> = profile
        .entitlements
        .iter()
        .filter_map(|right| {
            let plan = profile.plan(&right.plan_id)?;
            Some(json!({
                "id": right.id, "plan": plan.slug, "source": right.source, "from": right.window.from,
                "until": right.window.until, "gates": plan.gates,
            }))
        })
        .collect();
    Ok(json!({
        "id": profile.member.id,
        "number": profile.member.number,
        "email": profile.person.as_ref().map(|person| person.email.as_str()),
        "name": profile.person.as_ref().and_then(|person| person.name.as_deref()),
        "verified": profile.member.verified_at.is_some(),
        "created_at": profile.member.created_at,
        "entitlements": entitlements,
        "subscription": subscription(&profile),
    }))
}

fn subscription(profile: &Profile) -> Value {
    let Some((running, price)) = profile.running() else { return Value::Null };
    let plan = price.as_ref().and_then(|price| profile.plan(&price.plan_id));
    json!({
        "id": running.id,
        "plan": plan.map(|plan| plan.slug.as_str()),
        "price": price.as_ref().map(PriceBody::from),
        "state": state_word(running),
        "current_period_end": running.current_period_end,
        "cancel_at": running.cancel_at,
    })
}

/// The gateway's word, but for one that is arranged to end.
fn state_word(subscription: &Subscription) -> &str {
    match subscription.cancel_at {
        Some(_) => "cancelling",
        None => subscription.status.as_str(),
    }
}
