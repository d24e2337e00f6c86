//! Lists by pages: `?limit=&cursor=` gives `items` and `next_cursor`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::http::{Problem, extract::Form};

/// The most items on a page, and how many there are unless the caller says otherwise.
const LIMIT_MAX: usize = 100;

/// A page of a list.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page", deny_unknown_fields)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The cursor of the next page; none on the last.
    pub next_cursor: Option<String>,
}

/// The page of a list that a query asks for. `key` names an item; the cursor is the last one's key.
///
/// # Errors
/// `invalid_input` for a limit that is none, or a cursor that names nothing.
pub fn page<T, B>(
    query: &str,
    items: Vec<T>,
    key: impl Fn(&T) -> String,
    body: impl Fn(T) -> B,
) -> Result<Page<B>, Problem> {
    let query = Form::parse(query.as_bytes());
    let limit = match query.given("limit") {
        None => LIMIT_MAX,
        Some(text) => text
            .parse()
            .ok()
            .filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
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
    let items = items.into_iter().skip(start).take(limit).map(body).collect();
    Ok(Page { items, next_cursor })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Page<i32>, Problem> {
        page(query, vec![1, 2, 3], ToString::to_string, |n| n)
    }

    fn of(items: &[i32], next_cursor: Option<&str>) -> Page<i32> {
        Page { items: items.to_vec(), next_cursor: next_cursor.map(str::to_owned) }
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        assert_eq!(ask("").unwrap(), of(&[1, 2, 3], None));
        assert_eq!(ask("limit=2").unwrap(), of(&[1, 2], Some("2")));
        assert_eq!(ask("limit=2&cursor=2").unwrap(), of(&[3], None));
    }

    #[test]
    fn a_wrong_limit_or_cursor_is_named() {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=101", "limit"),
            ("limit=x", "limit"),
            ("limit=", "limit"),
            ("limit=%2B5", "limit"),
            ("cursor=9", "cursor"),
        ] {
            assert_eq!(ask(query).unwrap_err().fields[0].field, field);
        }
    }
}
