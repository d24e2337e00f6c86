//! Which event goes to which webhook endpoint, and how its attempts stand.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    json::Peek,
    world::{PRIVATE, World},
};

/// First wait after a failed attempt, in milliseconds of real time; it doubles from there.
const FIRST_WAIT_MS: u64 = 200;
/// The longest wait between attempts, in milliseconds.
const LONGEST_WAIT_MS: u64 = 5 * 60 * 1000;

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its next attempt.
    Pending,
    /// Answered with 2xx.
    Delivered,
    /// Lost on purpose.
    Dropped,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The event's id.
    pub event: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// How it stands.
    pub state: DeliveryState,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due, in unix milliseconds of real time.
    pub next_ms: i64,
    /// The last answer: an HTTP status or what went wrong.
    pub last: Option<String>,
}

/// What one attempt sends, and where.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The delivery's number.
    pub number: u64,
    /// Where to.
    pub url: String,
    /// The endpoint's signing secret.
    pub secret: String,
    /// The event's JSON.
    pub body: String,
}

impl World {
    /// Posts a fresh event to every endpoint that wants it.
    pub(super) fn post(&mut self, event_id: &str) {
        let event_type = self.get(event_id).str("type").to_owned();
        let endpoints: Vec<String> = self
            .newest("webhook_endpoint")
            .filter(|endpoint| wants(endpoint, &event_type))
            .map(|endpoint| endpoint.str("id").to_owned())
            .collect();
        for endpoint in endpoints {
            let fate = self.chaos.fate();
            match fate.first_ms {
                Some(wait_ms) => self.queue(event_id, &endpoint, DeliveryState::Pending, wait_ms),
                None => self.queue(event_id, &endpoint, DeliveryState::Dropped, 0),
            }
            if let Some(wait_ms) = fate.second_ms {
                self.queue(event_id, &endpoint, DeliveryState::Pending, wait_ms);
            }
        }
        self.count_pending(event_id);
    }

    /// Sends an event once more to every endpoint that wants it; false if there is no such event.
    pub fn resend(&mut self, event_id: &str) -> bool {
        if self.get(event_id).str("object") != "event" {
            return false;
        }
        let event_type = self.get(event_id).str("type").to_owned();
        let endpoints: Vec<String> = self
            .newest("webhook_endpoint")
            .filter(|endpoint| wants(endpoint, &event_type))
            .map(|endpoint| endpoint.str("id").to_owned())
            .collect();
        for endpoint in endpoints {
            self.queue(event_id, &endpoint, DeliveryState::Pending, 0);
        }
        self.count_pending(event_id);
        self.revision += 1;
        true
    }

    fn queue(&mut self, event: &str, endpoint: &str, state: DeliveryState, wait_ms: u64) {
        self.sequence += 1;
        let next_ms = self.wall_ms() + wait_ms as i64;
        let delivery =
            Delivery { event: event.into(), endpoint: endpoint.into(), state, attempts: 0, next_ms, last: None };
        self.changes.deliveries.push(self.sequence);
        if state == DeliveryState::Pending {
            self.waiting.insert(self.sequence);
        }
        self.deliveries.insert(self.sequence, delivery);
    }

    fn wall_ms(&self) -> i64 {
        crate::clock::wall_now_ms()
    }

    /// Takes what is due, marking it as under way until `lease_ms` from now; and the wait in milliseconds until the next.
    pub fn take_due(&mut self, now_ms: i64, lease_ms: i64, most: usize) -> (Vec<Parcel>, Option<u64>) {
        let due: Vec<u64> = self
            .pending()
            .filter(|(_, delivery)| delivery.next_ms <= now_ms)
            .map(|(number, _)| *number)
            .take(most)
            .collect();
        let mut parcels = Vec::with_capacity(due.len());
        for number in due {
            let parcel = self.parcel(number);
            let Some(delivery) = self.deliveries.get_mut(&number) else {
                continue;
            };
            delivery.next_ms = now_ms + lease_ms;
            match parcel {
                Some(parcel) => parcels.push(parcel),
                // The endpoint was deleted: nobody waits for this any more.
                None => {
                    delivery.state = DeliveryState::Dropped;
                    self.waiting.remove(&number);
                }
            }
        }
        let wait = self.pending().map(|(_, delivery)| (delivery.next_ms - now_ms).max(0) as u64).min();
        (parcels, wait)
    }

    fn pending(&self) -> impl Iterator<Item = (&u64, &Delivery)> {
        self.waiting.iter().filter_map(|number| Some((number, self.deliveries.get(number)?)))
    }

    fn parcel(&self, number: u64) -> Option<Parcel> {
        let delivery = self.deliveries.get(&number)?;
        let endpoint = self.find(&delivery.endpoint).filter(|endpoint| !endpoint[PRIVATE].flag("deleted"))?;
        let event = self.find(&delivery.event)?;
        Some(Parcel {
            number,
            url: endpoint.str("url").to_owned(),
            secret: endpoint[PRIVATE].str("secret").to_owned(),
            body: serde_json::to_string_pretty(&self.show(event)).unwrap_or_default(),
        })
    }

    /// Writes down how an attempt went.
    pub fn note_attempt(&mut self, number: u64, outcome: Result<u16, String>, now_ms: i64) {
        let Some(delivery) = self.deliveries.get_mut(&number) else {
            return;
        };
        self.changes.deliveries.push(number);
        delivery.attempts += 1;
        let good = matches!(outcome, Ok(status) if (200..300).contains(&status));
        delivery.last = Some(outcome.map_or_else(|fault| fault, |status| status.to_string()));
        if good {
            delivery.state = DeliveryState::Delivered;
            self.waiting.remove(&number);
        } else {
            delivery.next_ms = now_ms + wait_after(delivery.attempts) as i64;
        }
        let event = delivery.event.clone();
        self.count_pending(&event);
        self.revision += 1;
    }

    /// Keeps the event's own count of endpoints that have not answered yet.
    fn count_pending(&mut self, event_id: &str) {
        let waiting = self.pending().filter(|(_, delivery)| delivery.event == event_id).count();
        if let Some(event) = self.objects.get_mut(event_id) {
            event["pending_webhooks"] = json!(waiting);
            self.changes.objects.push(event_id.to_owned());
        }
    }

    /// Finds, after loading, what waits; an attempt that was under way when the process ended is made again at once.
    pub fn find_waiting(&mut self, now_ms: i64) {
        for (number, delivery) in &mut self.deliveries {
            if delivery.state == DeliveryState::Pending {
                delivery.next_ms = delivery.next_ms.min(now_ms);
                self.waiting.insert(*number);
            }
        }
    }

    /// The deliveries of one event, oldest first.
    pub fn deliveries_of<'a>(&'a self, event_id: &'a str) -> impl Iterator<Item = &'a Delivery> + use<'a> {
        self.deliveries.values().filter(move |delivery| delivery.event == event_id)
    }
}

fn wants(endpoint: &Value, event_type: &str) -> bool {
    let listed = endpoint.items("enabled_events").iter().any(|wanted| wanted == "*" || wanted == event_type);
    listed && endpoint.str("status") == "enabled" && !endpoint[PRIVATE].flag("deleted")
}

/// Milliseconds to wait after this many failed attempts.
fn wait_after(attempts: u32) -> u64 {
    FIRST_WAIT_MS.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(LONGEST_WAIT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_minutes() {
        assert_eq!([1, 2, 3, 11, 12, 40].map(wait_after), [200, 400, 800, 204_800, 300_000, 300_000]);
    }
}
