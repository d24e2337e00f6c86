//! Lists by pages: `?limit=&cursor=` gives `items` and `next_cursor`.

use serde_json::{Value, json};

use crate::http::{Problem, extract::Form};

/// The most items on a page, and how many there are unless the caller says otherwise.
const LIMIT_MAX: usize = 100;

/// The page of a list that a query asks for. `key` names an item; the cursor is the last one's key.
///
/// # Errors
/// `invalid_input` for a limit that is none, or a cursor that names nothing.
pub fn page<T>(
    query: &str,
    items: Vec<T>,
    key: impl Fn(&T) -> String,
    body: impl Fn(T) -> Value,
) -> Result<Value, Problem> {
    let query = Form::parse(query.as_bytes());
    let limit = match query.get("limit") {
        None => LIMIT_MAX,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| Problem::field("limit", "out_of_range", "must be a whole number from 1 to 100"))?,
    };
    let start = match query.get("cursor") {
        None => 0,
        Some(cursor) => items
            .iter()
            .position(|item| key(item) == cursor)
            .map(|at| at + 1)
            .ok_or_else(|| Problem::field("cursor", "unknown", "must be the next_cursor of an earlier page"))?,
    };
    let more = items.len() > start + limit;
    let next_cursor = items.get(start + limit - 1).filter(|_| more).map(&key);
    let items: Vec<Value> = items.into_iter().skip(start).take(limit).map(body).collect();
    Ok(json!({ "items": items, "next_cursor": next_cursor }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Value, Problem> {
        page(query, vec![1, 2, 3], ToString::to_string, |n| json!(n))
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        assert_eq!(ask("").unwrap(), json!({ "items": [1, 2, 3], "next_cursor": null }));
        assert_eq!(ask("limit=2").unwrap(), json!({ "items": [1, 2], "next_cursor": "2" }));
        assert_eq!(ask("limit=2&cursor=2").unwrap(), json!({ "items": [3], "next_cursor": null }));
    }

    #[test]
    fn a_wrong_limit_or_cursor_is_named() {
        for (query, field) in
            [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("cursor=9", "cursor")]
        {
            assert_eq!(ask(query).unwrap_err().fields[0].field, field);
        }
    }
}
