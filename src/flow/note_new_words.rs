//! Words of the payment gateway's that this version does not know: noted once each where every process finds them, and logged, so that
//! staff hear of them before a member does.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::StoreError;
use crate::{
    domain::payment::NewWord,
    store::{self, Conn},
};

/// Where in the database they stand.
const NEW_WORDS: &str = "new_gateway_words";
/// The most that are kept: whoever has seen so many has been told.
const MOST: usize = 100;
/// The version whose words they are: another one may know them.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: String,
    words: BTreeSet<String>,
}

/// Notes words that were not seen before by this version.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn note(conn: &mut Conn, words: &BTreeSet<NewWord>) -> Result<(), StoreError> {
    if words.is_empty() {
        return Ok(());
    }
    let mut kept = read(conn).await?;
    let mut is_more = false;
    for NewWord { field, word } in words {
        if kept.words.len() < MOST && kept.words.insert(format!("{field}: {word}")) {
            tracing::warn!(field, word = ?word, "the payment gateway says a word that this version does not know");
            is_more = true;
        }
    }
    if is_more {
        store::instance::put(conn, NEW_WORDS, &json!(kept).to_string()).await?;
    }
    Ok(())
}

/// How many such words this version has met.
///
/// # Errors
/// [`StoreError`] from the database.
pub(super) async fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    Ok(i64::try_from(read(conn).await?.words.len()).unwrap_or(i64::MAX))
}

async fn read(conn: &mut Conn) -> Result<Kept, StoreError> {
    let stored = store::instance::find(conn, NEW_WORDS).await?;
    let kept = stored.and_then(|text| serde_json::from_str::<Kept>(&text).ok()).filter(|kept| kept.version == VERSION);
    Ok(kept.unwrap_or_else(|| Kept { version: VERSION.to_owned(), words: BTreeSet::new() }))
}
