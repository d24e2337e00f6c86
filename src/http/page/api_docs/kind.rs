//! A schema in words.

use serde_json::Value;

/// The words, and the name of the schema that they speak of.
pub fn of(schema: &Value) -> (String, Option<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return (name.to_owned(), Some(name.to_owned()));
    }
    if let Some(choices) = schema["anyOf"].as_array().or_else(|| schema["allOf"].as_array()) {
        let parts: Vec<(String, Option<String>)> = choices.iter().map(of).collect();
        let words: Vec<&str> = parts.iter().map(|(words, _)| words.as_str()).collect();
        return (words.join(" or "), parts.iter().find_map(|(_, link)| link.clone()));
    }
    if let Some(values) = schema["enum"].as_array() {
        let words: Vec<String> = values.iter().map(|value| value.as_str().unwrap_or("null").to_owned()).collect();
        return (words.join(" · "), None);
    }
    match &schema["type"] {
        Value::Array(types) => {
            let words: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
            (format!("{}{}", words.join(" or "), form(schema)), None)
        }
        Value::String(kind) if kind == "array" => {
            let (words, link) = of(&schema["items"]);
            (format!("list of {words}"), link)
        }
        Value::String(kind) => (format!("{kind}{}", form(schema)), None),
        _ => ("anything".to_owned(), None),
    }
}

/// What else must be so.
fn form(schema: &Value) -> String {
    let format = schema["format"].as_str().filter(|format| !format.starts_with("int") && *format != "double");
    let pattern = schema["pattern"].as_str().filter(|pattern| pattern.starts_with('^') && pattern.len() < 40);
    let range = match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        _ => None,
    };
    let words: Vec<String> =
        [format.map(str::to_owned), pattern.map(str::to_owned), range].into_iter().flatten().collect();
    words.iter().map(|word| format!(", {word}")).collect()
}
