//! Short ways to read and write the JSON that objects are kept in.

use serde_json::{Map, Value, json};

/// Reading fields of an object; what is absent or of another type reads as empty.
pub trait Peek {
    /// The field, or null.
    fn at(&self, field: &str) -> &Value;
    /// A text field, if it is one.
    fn text(&self, field: &str) -> Option<&str>;
    /// A text field, or "".
    fn str(&self, field: &str) -> &str {
        self.text(field).unwrap_or_default()
    }
    /// A number field, if it is one.
    fn number(&self, field: &str) -> Option<i64> {
        self.at(field).as_i64()
    }
    /// A number field, or 0.
    fn int(&self, field: &str) -> i64 {
        self.number(field).unwrap_or_default()
    }
    /// True only if the field is `true`.
    fn flag(&self, field: &str) -> bool {
        self.at(field).as_bool().unwrap_or_default()
    }
    /// The elements of an array field.
    fn items(&self, field: &str) -> &[Value] {
        self.at(field).as_array().map(Vec::as_slice).unwrap_or_default()
    }
}

const NULL: &Value = &Value::Null;

impl Peek for Value {
    fn at(&self, field: &str) -> &Value {
        self.get(field).unwrap_or(NULL)
    }
    fn text(&self, field: &str) -> Option<&str> {
        self.at(field).as_str()
    }
}

impl Peek for Map<String, Value> {
    fn at(&self, field: &str) -> &Value {
        self.get(field).unwrap_or(NULL)
    }
    fn text(&self, field: &str) -> Option<&str> {
        self.at(field).as_str()
    }
}

/// Stripe's metadata rules: given keys are set, empty ones removed, a null clears all, nothing given leaves all.
pub fn merge_metadata(target: &mut Value, given: Option<&Value>) {
    let Some(given) = given else { return };
    let Some(pairs) = given.as_object() else {
        target["metadata"] = json!({});
        return;
    };
    if !target["metadata"].is_object() {
        target["metadata"] = json!({});
    }
    let Some(kept) = target["metadata"].as_object_mut() else {
        return;
    };
    for (key, value) in pairs {
        if value.as_str() == Some("") {
            kept.shift_remove(key);
        } else {
            kept.insert(key.clone(), value.clone());
        }
    }
}

/// The metadata of a new object.
pub fn fresh_metadata(given: Option<&Value>) -> Value {
    let mut holder = json!({ "metadata": {} });
    merge_metadata(&mut holder, given);
    holder["metadata"].take()
}

/// Copies the named parameters that were given onto the object.
pub fn copy_given(target: &mut Value, given: &Map<String, Value>, names: &[&str]) {
    for name in names {
        if let Some(value) = given.get(*name) {
            target[*name] = value.clone();
        }
    }
}

/// Stripe's list envelope.
pub fn envelope(data: Vec<Value>, has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}
