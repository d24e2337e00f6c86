//! A request as a line for a terminal.

use serde_json::Value;

use super::{entries, items, text};

/// The line that sends an operation's example.
pub fn line(document: &Value, path: &str, method: &str, written: &Value) -> String {
    let address = format!("{}{}", text(&document["servers"][0]["url"]), path.replace("{slug}", "25000-members"));
    let mut line = String::from("curl");
    if method == "post" && !written["requestBody"].is_object() {
        line.push_str(" -X POST");
    }
    for (name, value) in headers(document, written) {
        line.push_str(&format!(" \\\n  -H '{name}: {value}'"));
    }
    let asks = |scheme: &str| items(&written["security"]).any(|way| entries(way).any(|(name, _)| name == scheme));
    if asks("session") {
        line.push_str(" \\\n  -b cookies.txt");
    } else if asks("metrics_token") {
        line.push_str(" \\\n  -H 'Authorization: Bearer TOKEN'");
    }
    let body = &written["requestBody"]["content"]["application/json"]["examples"]["example"]["value"];
    if !body.is_null() {
        line.push_str(&format!(" \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"));
    }
    line.push_str(&format!(" \\\n  '{address}'"));
    if line.matches('\n').count() == 1 { line.replace(" \\\n  ", " ") } else { line }
}

/// Headers that must be there, each with a value to replace.
fn headers<'a>(document: &'a Value, written: &'a Value) -> impl Iterator<Item = (String, &'static str)> + 'a {
    let named = items(&written["parameters"]).filter_map(|one| one["$ref"].as_str()?.rsplit('/').next());
    let written = named.map(move |name| &document["components"]["parameters"][name]);
    let required = written.filter(|one| one["in"] == "header" && one["required"] == true);
    required.map(|one| (text(&one["name"]), if one["name"] == "X-Gate" { "members" } else { "…" }))
}
