//! The memberships that an account shows, and how each stands.

use super::{shown, view};
use crate::{
    domain::{
        entitlement::{Entitlement, Source},
        history,
        news::News,
        notice::Notice,
        plan::Price,
        subscription::{Status, Subscription},
        time::Moment,
    },
    flow::read_member::Profile,
};

/// A member's memberships. What has ended is shown only where nothing else is: the history tells it.
pub fn of(profile: &Profile, now: Moment) -> Vec<view::Membership> {
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
    let pays_here = profile.running().is_some();
    for right in profile.entitlements.iter().filter(|right| right.source != Source::Subscription) {
        // Who was billed elsewhere and pays here now is billed elsewhere no more.
        if right.source == Source::External && pays_here {
            continue;
        }
        let ended = right.window.until.is_some_and(|until| until <= now);
        let state = match right.window.until {
            Some(until) if ended => view::MembershipState::Ended { at: until.timestamp() },
            until => view::MembershipState::Given {
                source: right.source,
                from: Some(right.window.from).filter(|from| *from > now).map(Moment::timestamp),
                until: until.map(Moment::timestamp),
            },
        };
        let plan_title = profile.plan(&right.plan_id).map(|plan| plan.title.clone()).unwrap_or_default();
        rows.push((ended, right.window.from, view::Membership { plan_title, ..membership(profile, None, state) }));
    }
    let holds_any = rows.iter().any(|(ended, ..)| !ended);
    rows.retain(|(ended, _, shown)| !ended || !holds_any || shown.has_portal);
    // What holds comes first, then the newest.
    rows.sort_by_key(|(ended, from, _)| (*ended, std::cmp::Reverse(*from)));
    if !holds_any {
        rows.truncate(1);
    }
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

/// The title of a price's plan; empty when there is no such any more.
pub fn plan_title(profile: &Profile, price: Option<&Price>) -> String {
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
        (status, None, Some(until))
            if holds && status.is_live() && right.is_some_and(|right| right.settled_at.is_none()) =>
        {
            match subscription.paid_until {
                Some(_) => view::MembershipState::Trial {
                    ends_at: subscription.current_period_end.unwrap_or(until).timestamp(),
                },
                None => view::MembershipState::Settling,
            }
        }
        (status, None, _) if holds && status.is_live() => {
            let next = subscription.current_period_end.or(until).unwrap_or(now);
            let amount_minor = subscription.next_amount_minor;
            view::MembershipState::Active { next_payment_at: next.timestamp(), amount_minor }
        }
        (_, _, Some(until)) if holds => view::MembershipState::Ending { ends_at: until.timestamp() },
        (_, cancel_at, until) => {
            let at = until.or(cancel_at).unwrap_or(subscription.gateway_created_at);
            view::MembershipState::Ended { at: at.timestamp() }
        }
    }
}
