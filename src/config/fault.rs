//! One thing that is wrong with the settings.

use std::fmt;

/// What stands for the file of settings in place of a key.
const FILE: &str = "--config";

/// One thing that is wrong with the settings: the key, and what would be right. Never the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, with dots between levels: `http.base_url`.
    pub key: String,
    words: String,
}

impl Fault {
    /// A fault of a key.
    pub fn new(key: &str, words: impl Into<String>) -> Self {
        Self { key: key.to_owned(), words: words.into() }
    }

    /// The file of settings itself cannot be read.
    pub fn of_file(words: impl Into<String>) -> Self {
        Self::new(FILE, words)
    }

    /// Whether the file of settings cannot be read, so that nothing is known of what it says.
    pub fn is_of_file(&self) -> bool {
        self.key == FILE
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_of_file() {
            return write!(f, "{}: {}", self.key, self.words);
        }
        write!(f, "{} ({}): {}", self.key, variable(&self.key), self.words)
    }
}

/// The environment variable that sets a key.
pub fn variable(key: &str) -> String {
    let upper = format!("MASTHEAD__{}", key.replace('.', "__").to_uppercase());
    if key == "database.url" { format!("DATABASE_URL or {upper}") } else { upper }
}
