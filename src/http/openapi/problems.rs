//! Problems in the document: each code with the status and the words that it goes out with.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{BASE_URL, operation::Operation};
use crate::{http::page::document::PROBLEMS, text::Library};

/// Every code with its status, as the pages about problems have them.
pub fn statuses() -> BTreeMap<String, u16> {
    PROBLEMS.files().filter_map(|file| status_in(file.contents_utf8()?)).collect()
}

/// Reads the last line of a page: "Code `invalid_input`, status 422."
fn status_in(page: &str) -> Option<(String, u16)> {
    let (_, line) = page.rsplit_once("Code `")?;
    let (code, rest) = line.split_once("`, status ")?;
    Some((code.to_owned(), rest.trim_end().trim_end_matches('.').parse().ok()?))
}

/// The answers of an operation that tell of problems, one for each status.
pub fn answers(operation: &Operation, statuses: &BTreeMap<String, u16>) -> Vec<(String, Value)> {
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for code in operation.problems.iter().copied() {
        by_status.entry(statuses.get(code).copied().unwrap_or(500)).or_default().push(code);
    }
    let written = |(status, codes): (u16, Vec<&'static str>)| (status.to_string(), answer(operation, status, &codes));
    by_status.into_iter().map(written).collect()
}

fn answer(operation: &Operation, status: u16, codes: &[&'static str]) -> Value {
    let texts = Library::shared().english();
    let titles: Vec<String> = codes.iter().map(|code| texts.problem_title(code)).collect();
    let description = titles.join(" · ");
    let headers = headers(operation, status);
    if operation.tells_by_page {
        let html = json!({ "text/html": { "schema": { "type": "string" } } });
        return json!({ "description": description, "headers": headers, "content": html });
    }
    let examples: Map<String, Value> =
        codes.iter().map(|code| ((*code).to_owned(), json!({ "value": example(status, code) }))).collect();
    let named = json!({ "properties": { "status": { "const": status }, "code": { "enum": codes } } });
    let schema = json!({ "allOf": [{ "$ref": "#/components/schemas/Problem" }, named] });
    json!({
        "description": description,
        "headers": headers,
        "content": { "application/problem+json": { "schema": schema, "examples": examples } },
    })
}

fn headers(operation: &Operation, status: u16) -> Value {
    let mut names = vec!["X-Request-Id", "Cache-Control"];
    if matches!(status, 429 | 502 | 503) {
        names.push("Retry-After");
    }
    names.extend(operation.problem_headers.iter().filter(|(of, _)| *of == status).map(|(_, name)| *name));
    let named = |name: &str| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    Value::Object(names.into_iter().map(named).collect())
}

fn example(status: u16, code: &str) -> Value {
    let texts = Library::shared().english();
    let fault = json!({ "field": "email", "code": "email_invalid", "detail": "is not an e-mail address such as name@example.org" });
    json!({
        "type": format!("{BASE_URL}/problems/{}", code.replace('_', "-")),
        "title": texts.problem_title(code),
        "status": status,
        "code": code,
        "detail": texts.problem_detail(code),
        "errors": if code == "invalid_input" { vec![fault] } else { Vec::new() },
        "request_id": "req_019ab0c4d5e67f8090a1b2c3d4e5f607",
    })
}
