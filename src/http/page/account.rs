//! `/account`: plan, amount, next payment, and the way to the gateway's portal.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, private, see_other, shown, view};
use crate::{
    domain::{
        entitlement::{Entitlement, Source},
        history,
        id::MemberId,
        news::News,
        notice::Notice,
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
        Some("amount-changed") => Some(view::AccountNotice::AmountChanged),
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
    /// The new amount as typed.
    pub typed_amount: String,
    /// What is wrong with either.
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
        typed_amount: told.typed_amount,
        memberships: memberships(&profile, state.context.clock.business()),
        history: lines(&profile),
        notice: told.notice,
        faults: told.faults,
    };
    Ok(private(state, status, page.render(&chrome(request, state, true))))
}

fn memberships(profile: &Profile, now: Moment) -> Vec<view::Membership> {
    let mut rows: Vec<(bool, Moment, view::Membership)> = Vec::new();
    for (subscription, price) in profile.subscriptions.iter().filter(|(one, _)| one.duplicate_at.is_none()) {
        let right = profile.entitlements.iter().find(|right| right.subscription_id.as_ref() == Some(&subscription.id));
        let notices: Vec<Notice> = profile.notices_of(&subscription.id).cloned().collect();
        let state = subscription_state(subscription, right, history::is_disputed(&notices), now);
        let ended = matches!(state, view::MembershipState::Ended { .. });
        let approve_url = approve_url(&notices).filter(|_| matches!(state, view::MembershipState::PastDue { .. }));
        let has_portal = subscription.is_live();
        let own_amount = price.as_ref().filter(|_| has_portal).and_then(shown::own_amount);
        let shown =
            view::Membership { approve_url, has_portal, own_amount, ..membership(profile, price.as_ref(), state) };
        rows.push((ended, subscription.gateway_created_at, shown));
    }
    for right in profile.entitlements.iter().filter(|right| right.source != Source::Subscription) {
        let state = match right.window.until {
            Some(until) if until <= now => view::MembershipState::Ended { at: until.timestamp() },
            until => view::MembershipState::Given { until: until.map(Moment::timestamp) },
        };
        let plan_title = profile.plan(&right.plan_id).map(|plan| plan.title.clone()).unwrap_or_default();
        let ended = !right.holds(now);
        rows.push((ended, right.window.from, view::Membership { plan_title, ..membership(profile, None, state) }));
    }
    // What holds comes first, then the newest.
    rows.sort_by_key(|(ended, from, _)| (*ended, std::cmp::Reverse(*from)));
    rows.into_iter().map(|(_, _, shown)| shown).collect()
}

fn membership(profile: &Profile, price: Option<&Price>, state: view::MembershipState) -> view::Membership {
    view::Membership {
        plan_title: plan_title(profile, price),
        price: price.map(shown::price),
        state,
        has_portal: false,
        own_amount: None,
        approve_url: None,
    }
}

/// Where the payment waits to be approved that was told of last.
fn approve_url(notices: &[Notice]) -> Option<String> {
    notices.iter().find_map(|notice| match &notice.news {
        News::NeedsApproval { pay_url, .. } => Some(pay_url.clone()),
        _ => None,
    })
}

fn plan_title(profile: &Profile, price: Option<&Price>) -> String {
    price.and_then(|price| profile.plan(&price.plan_id)).map(|plan| plan.title.clone()).unwrap_or_default()
}

fn subscription_state(
    subscription: &Subscription,
    right: Option<&Entitlement>,
    is_disputed: bool,
    now: Moment,
) -> view::MembershipState {
    let until = right.and_then(|right| right.window.until);
    let holds = right.is_some_and(|right| right.holds(now));
    match (&subscription.status, subscription.cancel_at, until) {
        _ if is_disputed && !holds && subscription.is_live() => view::MembershipState::Suspended,
        _ if subscription.is_paused() && subscription.is_live() => {
            view::MembershipState::Paused { until: until.filter(|_| holds).map(Moment::timestamp) }
        }
        (Status::PastDue, _, Some(until)) if holds => view::MembershipState::PastDue { grace_until: until.timestamp() },
        (Status::Trialing, None, _) if holds => {
            let ends_at = subscription.trial_until.or(until).unwrap_or(now);
            view::MembershipState::Trial { ends_at: ends_at.timestamp() }
        }
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

fn lines(profile: &Profile) -> Vec<view::HistoryLine> {
    let mut lines: Vec<(Moment, view::HistoryLine)> = Vec::new();
    let mut add = |at: Moment, change, plan_title: String, price| {
        lines.push((at, view::HistoryLine { at: at.timestamp(), change, plan_title, price }));
    };
    for (subscription, price) in &profile.subscriptions {
        if let Some(at) = subscription.duplicate_at {
            add(at, view::MembershipChange::Duplicate, plan_title(profile, price.as_ref()), None);
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
    for notice in profile.notices.iter().filter(|notice| notice.is_line()) {
        add(notice.at, view::MembershipChange::News(notice.news.clone()), String::new(), None);
    }
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    lines.into_iter().map(|(_, line)| line).collect()
}
