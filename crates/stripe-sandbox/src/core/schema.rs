//! What an endpoint accepts, declared; parsed at the door into typed JSON.

use serde_json::{Map, Value, json};

use super::{error::ApiError, form::Node};

/// The type of a parameter.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Any text up to 5000 characters.
    Text,
    /// A whole number.
    Int,
    /// A whole number within bounds, both included.
    IntIn(i64, i64),
    /// A decimal number in text (`12.5`).
    Decimal,
    /// `true` or `false`.
    Bool,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Up to 50 pairs of key and text.
    Metadata,
    /// Named fields.
    Object(&'static [Field]),
    /// Elements of one type.
    List(&'static Kind),
    /// A time in unix seconds, or bounds (`gt`, `gte`, `lt`, `lte`) on it.
    Range,
}

/// One declared parameter.
#[derive(Clone, Copy)]
pub struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
    clearable: bool,
}

/// A parameter that must be there.
pub const fn req(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true, clearable: false }
}

/// A parameter that may be left out.
pub const fn opt(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false, clearable: false }
}

/// A parameter that may be left out, and that an empty text unsets.
pub const fn clear(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false, clearable: true }
}

const RANGE_FIELDS: &[Field] =
    &[opt("gt", Kind::Int), opt("gte", Kind::Int), opt("lt", Kind::Int), opt("lte", Kind::Int)];

/// Checks a decoded form against the declaration; `expand` is accepted everywhere.
pub fn check(form: &Node, fields: &[Field]) -> Result<Map<String, Value>, ApiError> {
    object(form.children(), fields, "")
}

fn object(children: &[(String, Node)], fields: &[Field], path: &str) -> Result<Map<String, Value>, ApiError> {
    let mut out = Map::new();
    for (name, node) in children {
        let place = join(path, name);
        if path.is_empty() && name == "expand" {
            out.insert(name.clone(), value(node, &Kind::List(&Kind::Text), &place)?);
            continue;
        }
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            return Err(ApiError::bad_param(
                "parameter_unknown",
                &place,
                format!("Received unknown parameter: {place}"),
            ));
        };
        out.insert(name.clone(), field_value(node, field, &place)?);
    }
    match fields.iter().find(|field| field.required && !out.contains_key(field.name)) {
        Some(field) => {
            let place = join(path, field.name);
            Err(ApiError::bad_param("parameter_missing", &place, format!("Missing required param: {place}.")))
        }
        None => Ok(out),
    }
}

fn field_value(node: &Node, field: &Field, place: &str) -> Result<Value, ApiError> {
    match node {
        Node::Leaf(text) if text.is_empty() && field.clearable => Ok(Value::Null),
        Node::Leaf(text) if text.is_empty() => Err(ApiError::bad_param(
            "parameter_invalid_empty",
            place,
            format!(
                "You passed an empty string for '{place}'. We assume empty values are an attempt to unset a parameter; however '{place}' cannot be unset. You should remove '{place}' from your request or supply a non-empty value."
            ),
        )),
        _ => value(node, &field.kind, place),
    }
}

fn value(node: &Node, kind: &Kind, place: &str) -> Result<Value, ApiError> {
    match (kind, node) {
        (Kind::Object(fields), Node::Tree(children)) => object(children, fields, place).map(Value::Object),
        (Kind::Metadata, Node::Tree(children)) => metadata(children, place),
        (Kind::List(element), Node::Tree(children)) => list(children, element, place),
        (Kind::Range, Node::Tree(children)) => object(children, RANGE_FIELDS, place).map(Value::Object),
        (Kind::Range, Node::Leaf(text)) => integer(text, place).map(|number| json!(number)),
        (Kind::Object(_) | Kind::Metadata, Node::Leaf(_)) => Err(wrong(place, "Invalid object")),
        (Kind::List(_), Node::Leaf(_)) => Err(wrong(place, "Invalid array")),
        (_, Node::Tree(_)) => Err(wrong(place, "Invalid string")),
        (scalar, Node::Leaf(text)) => scalar_value(text, scalar, place),
    }
}

fn scalar_value(text: &str, kind: &Kind, place: &str) -> Result<Value, ApiError> {
    match kind {
        Kind::Int => integer(text, place).map(|number| json!(number)),
        Kind::IntIn(least, most) => match integer(text, place)? {
            number if number < *least => Err(ApiError::bad_param(
                "parameter_invalid_integer",
                place,
                format!("This value must be greater than or equal to {least}."),
            )),
            number if number > *most => Err(ApiError::bad_param(
                "parameter_invalid_integer",
                place,
                format!("This value must be less than or equal to {most}."),
            )),
            number => Ok(json!(number)),
        },
        Kind::Decimal => text.parse::<f64>().map(|_| json!(text)).map_err(|_| wrong(place, "Invalid decimal")),
        Kind::Bool => match text {
            "true" | "1" => Ok(json!(true)),
            "false" | "0" => Ok(json!(false)),
            _ => Err(wrong(place, "Invalid boolean")),
        },
        Kind::OneOf(words) if !words.contains(&text) => {
            Err(wrong(place, &format!("Invalid {place}: must be one of {}", words.join(", "))))
        }
        _ if text.chars().count() > 5000 => Err(wrong(place, "Invalid string: it must be at most 5000 characters")),
        _ => Ok(json!(text)),
    }
}

fn integer(text: &str, place: &str) -> Result<i64, ApiError> {
    text.parse()
        .map_err(|_| ApiError::bad_param("parameter_invalid_integer", place, format!("Invalid integer: {text}")))
}

fn list(children: &[(String, Node)], element: &Kind, place: &str) -> Result<Value, ApiError> {
    let mut numbered = Vec::with_capacity(children.len());
    for (key, node) in children {
        let index: u32 = key.parse().map_err(|_| wrong(place, "Invalid array"))?;
        numbered.push((index, value(node, element, &format!("{place}[{index}]"))?));
    }
    numbered.sort_by_key(|(index, _)| *index);
    Ok(Value::Array(numbered.into_iter().map(|(_, value)| value).collect()))
}

/// An empty text stays: it deletes the key.
fn metadata(children: &[(String, Node)], place: &str) -> Result<Value, ApiError> {
    let mut out = Map::new();
    for (key, node) in children {
        let Node::Leaf(text) = node else {
            return Err(wrong(&join(place, key), "Metadata values must be strings"));
        };
        if key.chars().count() > 40 {
            return Err(wrong(place, "Metadata keys can be at most 40 characters long"));
        }
        if text.chars().count() > 500 {
            return Err(wrong(&join(place, key), "Metadata values can be at most 500 characters long"));
        }
        out.insert(key.clone(), json!(text));
    }
    if out.len() > 50 {
        return Err(wrong(place, "Metadata can have at most 50 keys"));
    }
    Ok(Value::Object(out))
}

fn wrong(place: &str, message: &str) -> ApiError {
    let mut error = ApiError::invalid(message).at(place);
    error.before_start = true;
    error
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}[{name}]") }
}
