//! Putting settings together: the defaults, a file over them, the environment over those. A key that the defaults do not have
//! is unknown; whatever is wrong is named, all of it at once.

use std::{ffi::OsString, path::Path};

use toml::{Table, Value};

use super::{Config, Fault, secret_file};

/// How variables begin that set a key: `MASTHEAD__SECTION__KEY`.
const PREFIX: &str = "MASTHEAD__";

/// Settings as read: with faults, the defaults stand where something cannot be read.
#[derive(Debug)]
pub struct Reading {
    /// The settings.
    pub config: Config,
    /// What cannot be read, a key each.
    pub faults: Vec<Fault>,
}

/// Puts the layers together.
///
/// # Errors
/// What is wrong with the defaults themselves; never, since a test reads them.
pub(super) fn read(
    defaults: &str,
    file: Option<&Path>,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Reading, String> {
    let defaults: Table = toml::from_str(defaults).map_err(|error| error.to_string())?;
    let (mut table, mut faults) = (defaults.clone(), Vec::new());
    if let Some(path) = file {
        match read_file(path) {
            Ok(layer) => lay_over(&mut table, layer),
            // Without it everything else would seem to be missing: this is all there is to say.
            Err(words) => {
                let config = deserialize(&mut table, &defaults, &mut faults)?;
                return Ok(Reading { config, faults: vec![Fault::of_file(words)] });
            }
        }
    }
    lay_environment(&mut table, &defaults, environment);
    faults.extend(secret_file::take(&mut table, &defaults));
    faults.extend(drop_unknown(&mut table, &defaults, ""));
    let config = deserialize(&mut table, &defaults, &mut faults)?;
    Ok(Reading { config, faults })
}

fn read_file(path: &Path) -> Result<Table, String> {
    let shown = path.display();
    if !path.is_file() {
        return Err(format!("there is no file {shown}"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown} cannot be read ({error})"))?;
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        format!("{shown}, line {line}: {}", error.message())
    })
}

/// Lays a table over another; tables inside are laid over each other, everything else is replaced.
fn lay_over(below: &mut Table, above: Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => lay_over(below, above),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn lay_environment(table: &mut Table, defaults: &Table, environment: impl Iterator<Item = (OsString, OsString)>) {
    let texts = environment.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let keyed = texts.filter_map(|(name, text)| match name.strip_prefix(PREFIX) {
        Some(key) => Some((1, key.to_lowercase().replace("__", "."), text)),
        None if name == "DATABASE_URL" => Some((0, "database.url".to_owned(), text)),
        None => None,
    });
    let mut keyed: Vec<(u8, String, String)> = keyed.collect();
    // The general name of a setting wins over the one that other programs know.
    keyed.sort();
    for (_, key, text) in keyed {
        let value = typed(find(defaults, &key), text);
        put(table, &key, value);
    }
}

/// A variable's text as a value of the kind that the default has; text that is not of that kind stays text, and is told later.
fn typed(default: Option<&Value>, text: String) -> Value {
    match default {
        Some(Value::Integer(_)) => text.trim().parse().map_or(Value::String(text), Value::Integer),
        Some(Value::Boolean(_)) => text.trim().parse().map_or(Value::String(text), Value::Boolean),
        Some(Value::Array(_)) if text.trim_start().starts_with('[') => {
            let listed = toml::from_str(&format!("list = {text}")).ok();
            listed.and_then(|mut table: Table| table.remove("list")).unwrap_or(Value::String(text))
        }
        Some(Value::Array(_)) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
        }
        _ => Value::String(text),
    }
}

/// The value behind a key with dots.
pub(super) fn find<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let mut parts = key.split('.');
    let first = table.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Sets the value behind a key with dots, making tables on the way.
pub(super) fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = table.entry(head).or_insert_with(|| Value::Table(Table::new()));
            if !inner.is_table() {
                *inner = Value::Table(Table::new());
            }
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Takes out every key that the defaults do not have.
fn drop_unknown(table: &mut Table, defaults: &Table, above: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    table.retain(|key, value| {
        let full = if above.is_empty() { key.to_string() } else { format!("{above}.{key}") };
        match (value, defaults.get(key)) {
            (Value::Table(inner), Some(Value::Table(known))) => {
                faults.extend(drop_unknown(inner, known, &full));
                true
            }
            (_, Some(_)) => true,
            (_, None) => {
                let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
                faults.push(Fault::new(&full, format!("there is no such setting; there are {}", known.join(", "))));
                false
            }
        }
    });
    faults
}

/// Reads the table; what is of the wrong kind is told and replaced by its default until the rest can be read.
fn deserialize(table: &mut Table, defaults: &Table, faults: &mut Vec<Fault>) -> Result<Config, String> {
    loop {
        let error = match serde_path_to_error::deserialize(Value::Table(table.clone())) {
            Ok(config) => return Ok(config),
            Err(error) => error,
        };
        let key = key_of(error.path());
        let default = find(defaults, &key).cloned().filter(|value| find(table, &key) != Some(value));
        let (Some(default), false) = (default, key.is_empty()) else { return Err(error.to_string()) };
        faults.push(Fault::new(&key, what_is_right(&key, error.inner().message())));
        put(table, &key, default);
    }
}

fn key_of(path: &serde_path_to_error::Path) -> String {
    let names = path.iter().filter_map(|segment| match segment {
        serde_path_to_error::Segment::Map { key } => Some(key.as_str()),
        _ => None,
    });
    names.collect::<Vec<_>>().join(".")
}

/// What the library says, or better words where it knows less than we do. A secret's value is never repeated.
fn what_is_right(key: &str, said: &str) -> String {
    let right = match key {
        "http.listen" => "an address with a port, such as \"127.0.0.1:8080\"",
        "http.base_url" => "the public address, such as \"https://members.your-paper.org/\"",
        "http.trusted_proxies" => "a list of networks, such as [\"127.0.0.1/32\", \"10.0.0.0/8\"]",
        "http.country_header" => "a header's name, such as \"CF-IPCountry\", or \"\" for none",
        "log.format" => "\"text\" or \"json\"",
        _ if secret_file::is_secret(key) => "text in quotes, or a list of such texts where there may be several",
        _ => return said.trim().to_owned(),
    };
    format!("must be {right}")
}
