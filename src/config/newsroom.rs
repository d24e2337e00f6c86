//! Reading a declared newsroom.

use crate::domain::declaration::Declaration;

/// Why a declaration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NewsroomFault {
    /// It is not TOML, or has an unknown key or a value of the wrong kind.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// It reads well and makes no sense; every fault, a line each.
    #[error("{0}")]
    Content(String),
}

/// Reads a declaration; `{name}` is replaced by each given value, so that the demonstration's addresses follow its ports.
///
/// # Errors
/// [`NewsroomFault`] names the keys and what would be right.
pub fn read_declaration(text: &str, values: &[(&str, &str)]) -> Result<Declaration, NewsroomFault> {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    let declaration: Declaration = toml::from_str(&text)?;
    let faults: Vec<String> = declaration.faults().iter().map(ToString::to_string).collect();
    if faults.is_empty() { Ok(declaration) } else { Err(NewsroomFault::Content(faults.join("\n"))) }
}
