//! What membership costs, for the words on the gate.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::words;

/// Prices change rarely; what the reader pays is Masthead's to say.
const FRESH: SignedDuration = SignedDuration::from_secs(60);
/// After a failed call.
const RETRY: SignedDuration = SignedDuration::from_secs(3);

#[derive(Deserialize)]
struct PlanList {
    items: Vec<Plan>,
}

#[derive(Deserialize)]
struct Plan {
    gates: Vec<String>,
    prices: Vec<Price>,
}

#[derive(Deserialize)]
struct Price {
    amount_minor: i64,
    currency: String,
    interval: String,
}

/// Asks for the plans.
pub struct Plans {
    http: reqwest::Client,
    url: String,
    last: Mutex<Option<Last>>,
}

struct Last {
    good_until: Timestamp,
    from: Option<String>,
}

impl Plans {
    /// Prepares; asks nothing yet.
    pub fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url, last: Mutex::new(None) }
    }

    /// The least that opens the gate `members`, in words: `€7 a month`. `None` when nobody can say.
    pub async fn from(&self, now: Timestamp) -> Option<String> {
        let mut last = self.last.lock().await;
        if let Some(known) = last.as_ref().filter(|known| now < known.good_until) {
            return known.from.clone();
        }
        let answer = self.ask().await;
        let (from, keep) = match answer {
            Ok(list) => (cheapest(&list.items), FRESH),
            Err(error) => {
                tracing::warn!(%error, "no prices from Masthead");
                (None, RETRY)
            }
        };
        *last = Some(Last { good_until: now.checked_add(keep).unwrap_or(now), from: from.clone() });
        from
    }

    async fn ask(&self) -> reqwest::Result<PlanList> {
        self.http.get(&self.url).send().await?.error_for_status()?.json().await
    }
}

/// The smallest monthly price that opens members' stories, or the smallest yearly one if none is monthly.
fn cheapest(plans: &[Plan]) -> Option<String> {
    let of = |interval: &'static str| {
        let opens = plans.iter().filter(|plan| plan.gates.iter().any(|gate| gate == "members"));
        let prices = opens.flat_map(|plan| &plan.prices).filter(move |price| price.interval == interval);
        let least = prices.min_by_key(|price| price.amount_minor)?;
        Some(format!("{} a {interval}", words::money(least.amount_minor, &least.currency)))
    };
    of("month").or_else(|| of("year"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(gate: &str, prices: &[(i64, &str)]) -> Plan {
        let price = |(amount_minor, interval): &(i64, &str)| Price {
            amount_minor: *amount_minor,
            currency: "EUR".to_owned(),
            interval: (*interval).to_owned(),
        };
        Plan { gates: vec![gate.to_owned()], prices: prices.iter().map(price).collect() }
    }

    #[test]
    fn the_least_monthly_price_of_a_plan_that_opens_the_gate_is_named() {
        let plans = [
            plan("newsletter", &[(100, "month")]),
            plan("members", &[(1500, "month"), (7000, "year")]),
            plan("members", &[(700, "month"), (300, "once")]),
        ];
        assert_eq!(cheapest(&plans).as_deref(), Some("€7 a month"));
        assert_eq!(cheapest(&[plan("members", &[(7000, "year")])]).as_deref(), Some("€70 a year"));
        assert_eq!(cheapest(&[]), None);
    }
}
