//! `/account`: plan, amount, next payment, and the way to the gateway's portal.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, private, see_other, shown, view};
use crate::{
    domain::{
        entitlement::{Entitlement, Source},
        id::MemberId,
        notice::NoticeKind,
        payment::MovementKind,
        plan::Price,
        subscription::{Status, Subscription},
        time::Moment,
    },
    flow::{
        open_portal::{self, PortalError},
        read_member::{self, Profile},
    },
    http::{
        Problem, State,
        extract::{Form, SignedIn},
    },
};

/// The page. Whoever is not signed in is led to sign in, and back.
///
/// # Errors
/// `database_unavailable`.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let Some(current) = signed_in.0 else { return Ok(see_other(&sign_in_address(&state))) };
    let query = Form::parse(request.query_string().as_bytes());
    let notice = match query.get("notice") {
        Some("signed-in") => Some(view::AccountNotice::SignedIn),
        Some("address-changed") => Some(view::AccountNotice::AddressChanged),
        Some("already-member") => Some(view::AccountNotice::AlreadyMember),
        _ => None,
    };
    render(&state, &request, &current.member.id, Told { notice, ..Told::default() }).await
}

/// Leads to the portal.
///
/// # Errors
/// `database_unavailable`; a gateway that does not answer is told on the page.
pub async fn billing(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    _form: Form,
) -> Result<HttpResponse, Problem> {
    let Some(current) = signed_in.0 else { return Ok(see_other(&sign_in_address(&state))) };
    match open_portal::open(&state.context, &current.member.id, None).await {
        Ok(url) => Ok(see_other(&url)),
        Err(PortalError::Payments(error)) => {
            tracing::warn!(%error, "a portal could not be opened");
            let notice = Some(view::AccountNotice::PortalUnavailable);
            render(&state, &request, &current.member.id, Told { notice, ..Told::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The way to sign in and back to the account.
pub fn sign_in_address(state: &State) -> String {
    let account: String = url::form_urlencoded::byte_serialize(state.address("account").as_bytes()).collect();
    state.address(&format!("sign-in?return_to={account}"))
}

/// What the page tells besides the account itself.
#[derive(Debug, Default)]
pub struct Told {
    /// What has just been done.
    pub notice: Option<view::AccountNotice>,
    /// The new address as typed.
    pub typed_email: String,
    /// What is wrong with it.
    pub faults: Vec<view::FieldFault>,
}

/// Renders the page.
///
/// # Errors
/// `database_unavailable`.
pub async fn render(
    state: &State,
    request: &HttpRequest,
    member_id: &MemberId,
    told: Told,
) -> Result<HttpResponse, Problem> {
    let profile = read_member::read(&state.context, member_id).await?.ok_or_else(Problem::sign_in_required)?;
    let status = if told.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let person = profile.person.as_ref();
    let page = view::AccountPage {
        number: profile.member.number,
        name: person.and_then(|person| person.name.clone()),
        email: person.map(|person| person.email.as_str().to_owned()).unwrap_or_default(),
        pending_email: None,
        typed_email: told.typed_email,
        memberships: memberships(&profile, state.context.clock.business()),
        history: history(&profile),
        notice: told.notice,
        faults: told.faults,
    };
    Ok(private(state, status, page.render(&chrome(request, state, true))))
}

fn memberships(profile: &Profile, now: Moment) -> Vec<view::Membership> {
    let mut rows: Vec<(bool, Moment, view::Membership)> = Vec::new();
    for (subscription, price) in profile.subscriptions.iter().filter(|(one, _)| one.duplicate_at.is_none()) {
        let right = profile.entitlements.iter().find(|right| right.subscription_id.as_ref() == Some(&subscription.id));
        let state = subscription_state(subscription, right, now);
        let ended = matches!(state, view::MembershipState::Ended { .. });
        let shown = membership(profile, price.as_ref(), state, subscription.is_live());
        rows.push((ended, subscription.gateway_created_at, shown));
    }
    for right in profile.entitlements.iter().filter(|right| right.source != Source::Subscription) {
        let state = match right.window.until {
            Some(until) if until <= now => view::MembershipState::Ended { at: until.timestamp() },
            until => view::MembershipState::Given { until: until.map(Moment::timestamp) },
        };
        let plan_title = profile.plan(&right.plan_id).map(|plan| plan.title.clone()).unwrap_or_default();
        let ended = !right.holds(now);
        rows.push((ended, right.window.from, view::Membership { plan_title, price: None, state, has_portal: false }));
    }
    // What holds comes first, then the newest.
    rows.sort_by_key(|(ended, from, _)| (*ended, std::cmp::Reverse(*from)));
    rows.into_iter().map(|(_, _, shown)| shown).collect()
}

fn membership(
    profile: &Profile,
    price: Option<&Price>,
    state: view::MembershipState,
    has_portal: bool,
) -> view::Membership {
    view::Membership { plan_title: plan_title(profile, price), price: price.map(shown::price), state, has_portal }
}

fn plan_title(profile: &Profile, price: Option<&Price>) -> String {
    price.and_then(|price| profile.plan(&price.plan_id)).map(|plan| plan.title.clone()).unwrap_or_default()
}

fn subscription_state(subscription: &Subscription, right: Option<&Entitlement>, now: Moment) -> view::MembershipState {
    let until = right.and_then(|right| right.window.until);
    let holds = right.is_some_and(|right| right.holds(now));
    match (&subscription.status, subscription.cancel_at, until) {
        (Status::PastDue, _, Some(until)) if holds => view::MembershipState::PastDue { grace_until: until.timestamp() },
        (status, None, _) if holds && status.is_live() => {
            let next = subscription.current_period_end.or(until).unwrap_or(now);
            view::MembershipState::Active { next_payment_at: next.timestamp() }
        }
        (_, _, Some(until)) if holds => view::MembershipState::Ending { ends_at: until.timestamp() },
        (_, cancel_at, until) => {
            let at = until.or(cancel_at).unwrap_or(subscription.gateway_created_at);
            view::MembershipState::Ended { at: at.timestamp() }
        }
    }
}

fn history(profile: &Profile) -> Vec<view::HistoryLine> {
    let mut lines: Vec<(Moment, view::HistoryLine)> = Vec::new();
    let mut add = |at: Moment, change, plan_title: String, price| {
        lines.push((at, view::HistoryLine { at: at.timestamp(), change, plan_title, price }));
    };
    for (subscription, price) in &profile.subscriptions {
        let title = plan_title(profile, price.as_ref());
        if let Some(at) = subscription.duplicate_at {
            add(at, view::MembershipChange::Duplicate, title, None);
            continue;
        }
        add(
            subscription.gateway_created_at,
            view::MembershipChange::Joined,
            title.clone(),
            price.as_ref().map(shown::price),
        );
        if subscription.status == Status::Canceled {
            let at = subscription.ended_at.or(subscription.paid_until).unwrap_or(subscription.gateway_created_at);
            add(at, view::MembershipChange::Ended, title, None);
        }
    }
    for line in &profile.payments {
        let change = match line.kind {
            MovementKind::Payment => view::MembershipChange::Paid,
            MovementKind::Refund => view::MembershipChange::Refunded,
            MovementKind::RefundFailure
            | MovementKind::Dispute
            | MovementKind::DisputeReversal
            | MovementKind::Other => continue,
        };
        let amount = view::Price {
            amount_minor: line.gross.amount_minor.abs(),
            currency: line.gross.currency.to_string(),
            interval: view::Interval::Once,
        };
        let billed = profile.subscriptions.iter().find(|(one, _)| line.subscription_id.as_ref() == Some(&one.id));
        let title = plan_title(profile, billed.and_then(|(_, price)| price.as_ref()));
        add(line.occurred_at, change, title, Some(amount));
    }
    for notice in &profile.notices {
        let change = match notice.kind {
            NoticeKind::PaymentFailed | NoticeKind::NeedsApproval => view::MembershipChange::PaymentFailed,
            NoticeKind::EndArranged => view::MembershipChange::Cancelled,
            NoticeKind::Resumed => view::MembershipChange::Resumed,
            // A renewal is a line of the payments, and an end one of the subscriptions.
            NoticeKind::Renewed | NoticeKind::Grace | NoticeKind::Ended => continue,
        };
        let of = profile.subscriptions.iter().find(|(one, _)| one.id == notice.subscription_id);
        let (price, title) = (of.and_then(|(_, price)| price.as_ref()), |price| plan_title(profile, price));
        add(notice.at, change, title(price), price.map(shown::price));
    }
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    lines.into_iter().map(|(_, line)| line).collect()
}
