//! Answers kept by `Idempotency-Key`, replayed to the same request and refused to another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// How long an answer is kept, in milliseconds of the sandbox's clock.
const KEPT_FOR_MS: i64 = 24 * 60 * 60 * 1000;

/// An answer as it went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: String,
    /// The request id under which it was first given.
    pub request_id: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    asked: String,
    answer: Answer,
    at_ms: i64,
}

/// All kept answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KeptAnswers {
    by_key: BTreeMap<String, Kept>,
}

impl KeptAnswers {
    /// The answer to replay for this key, if there is one; refused if the key was used for something else.
    pub fn replay(&mut self, key: &str, asked: &str, now_ms: i64) -> Result<Option<Answer>, ApiError> {
        match self.by_key.get(key).filter(|kept| now_ms - kept.at_ms < KEPT_FOR_MS) {
            None => Ok(None),
            Some(kept) if kept.asked == asked => Ok(Some(kept.answer.clone())),
            Some(kept) if endpoint(&kept.asked) != endpoint(asked) => Err(ApiError::idempotency(format!(
                "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{}' vs '{}'). Try using a key other than '{key}' if you meant to execute a different request.",
                endpoint(asked),
                endpoint(&kept.asked)
            ))),
            Some(_) => Err(ApiError::idempotency(format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request."
            ))),
        }
    }

    /// Keeps an answer; old ones go from time to time.
    pub fn keep(&mut self, key: &str, asked: &str, answer: Answer, now_ms: i64) {
        if self.by_key.len() % 256 == 255 {
            self.by_key.retain(|_, kept| now_ms - kept.at_ms < KEPT_FOR_MS);
        }
        self.by_key.insert(key.to_owned(), Kept { asked: asked.to_owned(), answer, at_ms: now_ms });
    }
}

impl KeptAnswers {
    /// Only these keys.
    pub fn only(&self, keys: &[String]) -> Self {
        Self { by_key: keys.iter().filter_map(|key| Some((key.clone(), self.by_key.get(key)?.clone()))).collect() }
    }

    /// Adds all of these.
    pub fn absorb(&mut self, others: Self) {
        self.by_key.extend(others.by_key);
    }
}

/// What was asked, in one text to compare: method, path, parameters.
pub fn asked(method: &str, path: &str, form: &super::form::Node) -> String {
    format!("{method} {path}\n{form:?}")
}

fn endpoint(asked: &str) -> &str {
    asked.split('\n').next().unwrap_or_default()
}
