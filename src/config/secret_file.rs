//! Secrets in files of their own: any secret setting KEY may be given as KEY_file, the path of a file with its value. Docker
//! secrets and systemd credentials are such files.

use std::{fs, io::Read as _, path::Path};

use toml::{Table, Value};

use super::{
    Fault,
    layers::{find, put},
};

/// The settings that are secret. Each may be given as a file, and none is ever printed.
const SECRET_KEYS: [&str; 7] = [
    "secrets.master",
    "payments.secret_key",
    "payments.webhook_secrets",
    "mail.password",
    "mail.dkim_key",
    "database.url",
    "metrics.token",
];
/// The most bytes of such a file; a larger one is something else.
const FILE_MAX_BYTES: u64 = 64 * 1024;

/// Whether a setting is secret.
pub(super) fn is_secret(key: &str) -> bool {
    SECRET_KEYS.contains(&key)
}

/// Replaces every `KEY_file` by what is in the file.
pub(super) fn take(table: &mut Table, defaults: &Table) -> Vec<Fault> {
    let mut faults = Vec::new();
    for key in SECRET_KEYS {
        let Some(default) = find(defaults, key) else { continue };
        let file_key = format!("{key}_file");
        let Some(path) = remove(table, &file_key) else { continue };
        match path.as_str() {
            Some("") => {}
            Some(_) if is_given(find(table, key), default) => {
                faults.push(Fault::new(key, format!("is given, and {file_key} too: keep one of the two")));
            }
            Some(path) => match read(Path::new(path), default) {
                Ok(value) => put(table, key, value),
                Err(words) => faults.push(Fault::new(&file_key, words)),
            },
            None => faults.push(Fault::new(&file_key, "must be the path of a file, in quotes")),
        }
    }
    faults
}

fn is_given(value: Option<&Value>, default: &Value) -> bool {
    let is_empty = |value: &Value| {
        value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(std::vec::Vec::is_empty)
    };
    value.is_some_and(|value| value != default && !is_empty(value))
}

fn remove(table: &mut Table, key: &str) -> Option<Value> {
    match key.split_once('.') {
        None => table.remove(key),
        Some((head, rest)) => remove(table.get_mut(head)?.as_table_mut()?, rest),
    }
}

/// What is in a file, without the line's end; a setting that is a list has a line for each.
fn read(path: &Path, default: &Value) -> Result<Value, String> {
    let shown = path.display();
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(FILE_MAX_BYTES).read_to_string(&mut text))
        .map_err(|error| format!("{shown} cannot be read ({error})"))?;
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("{shown} is empty"));
    }
    if default.is_array() {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        return Ok(Value::Array(lines.map(|line| Value::String(line.to_owned())).collect()));
    }
    Ok(Value::String(text.to_owned()))
}
