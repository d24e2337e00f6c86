//! Putting what flows give into what views take.

use super::view;
use crate::{
    domain::{
        campaign::{CampaignState, Outcome},
        counting::{Basis, Who},
        plan::{Interval, Price, Tax},
        price_declared::MOST_MINOR,
        time::Moment,
    },
    flow::{
        read_counter::PublicCampaign,
        read_plans::{self, Offer},
    },
};

/// A campaign's counter.
pub fn counter(campaign: &PublicCampaign, offers: &[Offer]) -> view::Counter {
    view::Counter {
        slug: campaign.slug.clone(),
        state: state(campaign),
        who: match campaign.counting.who {
            Who::PayingMembers => view::Who::PayingMembers,
            Who::AllMembers => view::Who::AllMembers,
        },
        count: campaign.count,
        settling: campaign.settling,
        goal: campaign.goal,
        nearly: campaign.nearly,
        start_count: campaign.start_count.unwrap_or(0),
        starts_at: campaign.starts_at.timestamp(),
        ends_at: campaign.ends_at.map(Moment::timestamp),
        time_zone: jiff::tz::TimeZone::get(&campaign.time_zone).unwrap_or(jiff::tz::TimeZone::UTC),
        milestones: campaign.milestones.iter().map(milestone).collect(),
        stretch_goals: campaign.stretch_goals.iter().map(stretch_goal).collect(),
        from_price: cheapest(offers).as_ref().map(price),
        version: campaign.version,
    }
}

fn state(campaign: &PublicCampaign) -> view::CampaignState {
    match campaign.state {
        CampaignState::Draft | CampaignState::Upcoming => view::CampaignState::Upcoming,
        CampaignState::Live => view::CampaignState::Live,
        CampaignState::Reached => view::CampaignState::Reached { at: campaign.as_of.timestamp() },
        CampaignState::Ended => view::CampaignState::Ended {
            outcome: match campaign.outcome {
                Some(Outcome::Met) => view::Outcome::Met,
                Some(Outcome::Missed) | None => view::Outcome::Missed,
            },
            final_figure_at: None,
        },
    }
}

fn milestone(milestone: &crate::domain::campaign::Milestone) -> view::Milestone {
    view::Milestone {
        count: milestone.count,
        title: milestone.title.clone(),
        reached_at: milestone.reached_at.map(Moment::timestamp),
    }
}

fn stretch_goal(stretch: &crate::domain::campaign::StretchGoal) -> view::StretchGoal {
    view::StretchGoal { goal: stretch.goal, title: stretch.title.clone() }
}

/// How a campaign counts.
pub fn counting(campaign: &PublicCampaign) -> view::Counting {
    let counting = &campaign.counting;
    view::Counting {
        net: counting.net,
        joined_only: counting.basis == Basis::Joined,
        sources: counting.sources.clone(),
        offset: counting.offset.as_ref().map(|offset| view::Offset {
            count: offset.count,
            at: offset.at.timestamp(),
            author: offset.author.clone(),
            reason: offset.reason.clone(),
            stale: offset.stale,
        }),
    }
}

/// A price.
pub fn price(price: &Price) -> view::Price {
    view::Price {
        amount_minor: price.money.amount_minor,
        currency: price.money.currency.to_string(),
        interval: match price.interval {
            Interval::Month => view::Interval::Month,
            Interval::Year => view::Interval::Year,
            Interval::Once => view::Interval::Once,
        },
    }
}

fn cheapest(offers: &[Offer]) -> Option<Price> {
    let slugs = offers.iter().flat_map(|offer| &offer.plan.gates);
    slugs.filter_map(|slug| read_plans::cheapest(offers, slug)).min_by_key(|price| price.money.amount_minor)
}

/// A plan with those of its prices that are for an occasion; none when there are none. A year's saving is against twelve months of
/// the same plan in the same currency.
pub fn plan_choice(offer: &Offer, occasion: view::Occasion) -> Option<view::PlanChoice> {
    let is_meant = |price: &&Price| match occasion {
        view::Occasion::Join => !price.is_contribution(),
        view::Occasion::Give => price.is_contribution(),
        view::Occasion::Gift => price.gift_months().is_some(),
    };
    let prices: Vec<view::PriceChoice> =
        offer.prices.iter().filter(is_meant).flat_map(|one| choices(one, &offer.prices)).collect();
    let prices = match occasion {
        view::Occasion::Gift => prices.into_iter().map(as_gift).collect(),
        _ => prices,
    };
    (!prices.is_empty()).then(|| view::PlanChoice {
        slug: offer.plan.slug.clone(),
        title: offer.plan.title.clone(),
        description: offer.plan.description.clone(),
        prices,
    })
}

/// What is billed again and again, paid once for somebody else.
fn as_gift(choice: view::PriceChoice) -> view::PriceChoice {
    let opens_months = match choice.price.interval {
        view::Interval::Month => Some(1),
        view::Interval::Year => Some(12),
        view::Interval::Once => choice.opens_months,
    };
    let price = view::Price { interval: view::Interval::Once, ..choice.price };
    view::PriceChoice { price, opens_months, saving_minor: None, ..choice }
}

/// The field for an amount of the payer's own; none where a price has none.
pub fn own_amount(price: &Price) -> Option<view::OwnAmount> {
    price.own_amount.as_ref().map(|own| view::OwnAmount {
        field: format!("own-{}", price.id),
        minimum_minor: own.minimum_minor,
        maximum_minor: Some(own.maximum_minor).filter(|most| *most < MOST_MINOR),
        typed: String::new(),
        fault: None,
    })
}

/// A price as what can be chosen: itself, or the amounts that are suggested and one of the payer's own.
fn choices(one: &Price, prices: &[Price]) -> Vec<view::PriceChoice> {
    let choice = |id: String, amount_minor: i64| view::PriceChoice {
        id,
        price: view::Price { amount_minor, ..price(one) },
        saving_minor: saving_minor(one, prices),
        tax: match one.tax {
            Tax::Inside => view::Tax::Inside,
            Tax::OnTop => view::Tax::OnTop,
            Tax::None => view::Tax::None,
        },
        opens_months: one.opens_months,
        is_proposed: amount_minor == one.money.amount_minor,
        own: None,
    };
    let proposed_minor = one.money.amount_minor;
    let (Some(own), Some(field)) = (&one.own_amount, own_amount(one)) else {
        return vec![choice(one.id.to_string(), proposed_minor)];
    };
    let mut amounts = own.suggestions_minor.clone();
    amounts.extend((!amounts.contains(&proposed_minor)).then_some(proposed_minor));
    amounts.sort_unstable();
    let mut all: Vec<_> = amounts.into_iter().map(|minor| choice(format!("{}:{minor}", one.id), minor)).collect();
    all.push(view::PriceChoice {
        own: Some(field),
        is_proposed: false,
        saving_minor: None,
        ..choice(format!("{}:own", one.id), proposed_minor)
    });
    all
}

fn saving_minor(yearly: &Price, prices: &[Price]) -> Option<i64> {
    let same = |one: &&Price| one.interval == Interval::Month && one.money.currency == yearly.money.currency;
    let monthly = prices.iter().filter(same).map(|one| one.money.amount_minor).min()?;
    let saving = monthly.checked_mul(12)? - yearly.money.amount_minor;
    (yearly.interval == Interval::Year && saving > 0).then_some(saving)
}
