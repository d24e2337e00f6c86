//! List endpoints: filters, newest first, cursors.

use serde_json::{Map, Value, json};

use super::{
    error::ApiError,
    json::{Peek, envelope},
    schema::{Field, Kind, opt},
    world::{PRIVATE, World},
};

/// `limit`, `starting_after`, `ending_before`.
pub const LIMIT: Field = opt("limit", Kind::IntIn(1, 100));
/// Lists the objects after this one.
pub const STARTING_AFTER: Field = opt("starting_after", Kind::Text);
/// Lists the objects before this one.
pub const ENDING_BEFORE: Field = opt("ending_before", Kind::Text);
/// Bounds on the time of creation.
pub const CREATED: Field = opt("created", Kind::Range);

impl World {
    /// One page of a type's objects, newest first, of those that `keep` lets through.
    pub fn list(
        &self,
        object: &str,
        params: &Map<String, Value>,
        url: &str,
        keep: impl Fn(&Value) -> bool,
    ) -> Result<Value, ApiError> {
        // What a page ended with is a place in the list, even if by now it is no more what is asked for.
        let cursor = params.text("starting_after").or(params.text("ending_before"));
        let wanted = |value: &Value| in_range(value.int("created"), params.at("created")) && keep(value);
        let kept: Vec<&Value> = self
            .newest(object)
            .filter(|value| !value[PRIVATE].flag("deleted") && !value[PRIVATE].flag("hidden"))
            .filter(|value| cursor == value.text("id") || wanted(value))
            .collect();
        let (page, has_more) = page(&kept, params)?;
        Ok(envelope(page.iter().map(|value| self.show(value)).collect(), has_more, url))
    }
}

/// Cuts one page out of all kept elements (each with an `id`), newest first.
pub fn page<'a>(kept: &[&'a Value], params: &Map<String, Value>) -> Result<(Vec<&'a Value>, bool), ApiError> {
    let limit = params.number("limit").unwrap_or(10) as usize;
    match (params.text("starting_after"), params.text("ending_before")) {
        (Some(_), Some(_)) => Err(ApiError::invalid(
            "You can only use one of the following pagination parameters: starting_after, ending_before.",
        )),
        (Some(after), None) => {
            let start = position(kept, after, "starting_after")? + 1;
            let end = (start + limit).min(kept.len());
            Ok((kept[start..end].to_vec(), end < kept.len()))
        }
        (None, Some(before)) => {
            let end = position(kept, before, "ending_before")?;
            let start = end.saturating_sub(limit);
            Ok((kept[start..end].to_vec(), start > 0))
        }
        (None, None) => Ok((kept.iter().take(limit).copied().collect(), kept.len() > limit)),
    }
}

fn position(kept: &[&Value], id: &str, param: &str) -> Result<usize, ApiError> {
    let noun = kept.first().map_or("object", |value| value.str("object"));
    kept.iter().position(|value| value.str("id") == id).ok_or_else(|| ApiError::missing_reference(noun, id, param))
}

/// Whether a time lies where the `created` parameter wants it.
fn in_range(time: i64, range: &Value) -> bool {
    if let Some(exact) = range.as_i64() {
        return time == exact;
    }
    range.number("gt").is_none_or(|bound| time > bound)
        && range.number("gte").is_none_or(|bound| time >= bound)
        && range.number("lt").is_none_or(|bound| time < bound)
        && range.number("lte").is_none_or(|bound| time <= bound)
}

/// Whether an object's field equals the filter parameter of the same name (or none was given).
pub fn matches(value: &Value, params: &Map<String, Value>, name: &str) -> bool {
    match params.get(name) {
        None | Some(Value::Null) => true,
        Some(wanted) => value.at(name) == wanted || (wanted.is_boolean() && json!(value.flag(name)) == *wanted),
    }
}
