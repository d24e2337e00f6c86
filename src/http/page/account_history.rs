//! What an account tells of the past: a line for each thing that happened, the gifts, the years of payments.

use super::{account_memberships::plan_title, view};
use crate::{
    domain::{
        contribution,
        gift::Standing,
        news::News,
        notice::Notice,
        payment::MovementKind,
        time::{DAY_MILLIS, Moment},
    },
    flow::read_member::{Given, Line, Profile},
};

/// What happened, the newest first: each thing is one line, a payment that is news too.
pub fn lines(profile: &Profile) -> Vec<view::HistoryLine> {
    let mut lines: Vec<(Moment, view::HistoryLine)> = Vec::new();
    let mut add = |at: Moment, change, plan_title: String, price| {
        lines.push((at, view::HistoryLine { at: at.timestamp(), change, plan_title, price }));
    };
    for (subscription, price) in &profile.subscriptions {
        if let Some(at) = subscription.duplicate_at {
            add(at, view::MembershipChange::Duplicate, plan_title(profile, price.as_ref()), None);
        }
    }
    let notices: Vec<&Notice> = profile.notices.iter().filter(|notice| notice.is_line()).collect();
    for line in profile.payments.iter().filter(|line| !notices.iter().any(|notice| tells(notice, line))) {
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
    for notice in notices {
        add(notice.at, view::MembershipChange::News(Box::new(notice.news.clone())), String::new(), None);
    }
    lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// Whether a line of the history is about this very payment.
fn tells(notice: &Notice, line: &Line) -> bool {
    if line.kind != MovementKind::Payment {
        return false;
    }
    match &notice.news {
        News::Contributed { .. } | News::GiftBought { .. } => {
            line.charge_ref.as_ref().is_some_and(|charge| contribution::is_about(&notice.key, charge))
        }
        News::Recovered { receipt, .. } => {
            let is_near = line.occurred_at.millis_since(notice.at).abs() <= DAY_MILLIS;
            is_near && receipt.amount_minor == line.gross.amount_minor && line.subscription_id == notice.subscription_id
        }
        _ => false,
    }
}

/// The memberships that the member gave to others, the newest first.
pub fn gifts(profile: &Profile, now: Moment) -> Vec<view::GivenGift> {
    let shown = |given: &Given| {
        let at = |moment: Option<Moment>| moment.unwrap_or(now).timestamp();
        let gift = &given.gift;
        let state = match gift.standing(now) {
            Standing::Unpaid => view::GiftState::Settling,
            Standing::Waiting => view::GiftState::Waiting { send_at: gift.send_at.map(Moment::timestamp) },
            Standing::Sent => view::GiftState::Sent { at: at(gift.sent_at), redeem_until: at(gift.expires_at) },
            Standing::Redeemed => view::GiftState::Redeemed { at: at(gift.redeemed.as_ref().map(|one| one.at)) },
            Standing::Expired => view::GiftState::Expired { at: at(gift.expires_at) },
            Standing::TakenBack => view::GiftState::TakenBack,
        };
        let plan_title = profile.plan(&gift.plan_id).map(|plan| plan.title.clone()).unwrap_or_default();
        view::GivenGift { plan_title, months: gift.months, recipient: given.recipient.clone(), state }
    };
    profile.gifts.iter().map(shown).collect()
}

/// The years in which anything was paid, the newest first.
pub fn years(profile: &Profile, zone: &str) -> Vec<String> {
    let paid = profile.payments.iter().map(|line| line.occurred_at).chain(profile.paid_offline_at.iter().copied());
    let mut years: Vec<String> = paid.map(|at| at.in_zone(zone).strftime("%Y").to_string()).collect();
    years.sort_unstable_by(|a, b| b.cmp(a));
    years.dedup();
    years
}
