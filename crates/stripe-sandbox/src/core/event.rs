//! Events: a picture of an object at the moment that something happened to it.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{
    json::Peek,
    world::{PRIVATE, World},
};
use crate::API_VERSION;

impl World {
    /// Announces that something happened to an object.
    pub fn announce(&mut self, event: &str, id: &str) {
        let picture = self.render(id);
        self.record(event, picture, None);
    }

    /// Announces a change, with what was different before; no difference, no event.
    pub fn announce_change(&mut self, id: &str, event: &str, before: &Value) {
        let picture = self.render(id);
        if let Some(previous) = difference(before, &picture) {
            self.record(event, picture, Some(previous));
        }
    }

    /// Announces something that is not stored, by its picture.
    pub fn announce_picture(&mut self, event: &str, picture: Value) {
        self.record(event, picture, None);
    }

    fn record(&mut self, event: &str, picture: Value, previous: Option<Value>) {
        let id = self.new_id("event");
        let mut data = json!({ "object": picture });
        if let Some(previous) = previous {
            data["previous_attributes"] = previous;
        }
        let (request_id, idempotency_key) = self.request.clone().map_or((None, None), |(id, key)| (Some(id), key));
        let about = data["object"].str("id").to_owned();
        self.insert(json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.outside_now(),
            "data": null,
            "livemode": false,
            "pending_webhooks": 0,
            "request": { "id": request_id, "idempotency_key": idempotency_key },
            "type": event,
            // As text: there are many events, and few are read again.
            PRIVATE: { "about": about, "data": data.to_string() },
        }));
        self.fresh_events.push(id);
    }
}

/// Events older than this many seconds are forgotten, as at Stripe.
pub const KEPT_FOR: i64 = 30 * 24 * 60 * 60;

impl World {
    /// Forgets old events, and deliveries that belong to none any more; what still waits to be delivered stays.
    pub fn forget_old_events(&mut self) {
        let oldest = self.now() - KEPT_FOR;
        let waiting: HashSet<&str> =
            self.waiting.iter().filter_map(|number| Some(self.deliveries.get(number)?.event.as_str())).collect();
        let old = |id: &&String| self.get(id).int("created") < oldest && !waiting.contains(id.as_str());
        let gone: HashSet<String> = self.ids_of("event").iter().filter(old).cloned().collect();
        if gone.is_empty() {
            return;
        }
        self.objects.retain(|id, _| !gone.contains(id));
        if let Some(ids) = self.order.get_mut("event") {
            ids.retain(|id| !gone.contains(id));
        }
        self.deliveries.retain(|_, delivery| !gone.contains(&delivery.event));
    }
}

/// The fields of `before` that differ in `after`, nested objects field by field; `None` if nothing differs.
fn difference(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before != after).then(|| before.clone());
    };
    let mut out = Map::new();
    for (key, new_value) in new {
        match old.get(key) {
            Some(old_value) if old_value == new_value => {}
            // A list or another object changes as a whole; only plain maps are compared field by field.
            Some(old_value) if is_plain(old_value) && is_plain(new_value) => {
                if let Some(part) = difference(old_value, new_value) {
                    out.insert(key.clone(), part);
                }
            }
            Some(old_value) => {
                out.insert(key.clone(), old_value.clone());
            }
            None => {
                out.insert(key.clone(), Value::Null);
            }
        }
    }
    for (key, old_value) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        out.insert(key.clone(), old_value.clone());
    }
    (!out.is_empty()).then_some(Value::Object(out))
}

fn is_plain(value: &Value) -> bool {
    value.is_object() && value.text("object").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_different_is_no_event() {
        assert_eq!(difference(&json!({"a": 1}), &json!({"a": 1})), None);
    }

    #[test]
    fn metadata_differs_by_key_and_lists_as_a_whole() {
        let before = json!({"metadata": {"a": "1", "b": "2"}, "items": {"object": "list", "data": [1]}});
        let after = json!({"metadata": {"a": "1", "b": "3", "c": "4"}, "items": {"object": "list", "data": [2]}});
        assert_eq!(
            difference(&before, &after),
            Some(json!({"metadata": {"b": "2", "c": null}, "items": {"object": "list", "data": [1]}}))
        );
    }
}
