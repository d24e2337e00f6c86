//! Refusals that a tester arranges: a restricted key's missing permission, too many requests, trouble at Stripe.

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// Requests that are refused, whatever they ask for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Their method; any, if none is given.
    #[serde(default)]
    pub method: Option<String>,
    /// How their path begins.
    pub path: String,
    /// 403, 429 or 500.
    pub status: u16,
    /// For 403: the permission that the key lacks, such as `rak_event_read`.
    #[serde(default)]
    pub permission: Option<String>,
    /// How many more of them; all, if none is given.
    #[serde(default)]
    pub times: Option<u32>,
}

impl Refusal {
    /// Whether this can be arranged.
    pub fn is_sound(&self) -> bool {
        matches!(self.status, 403 | 429 | 500) && self.path.starts_with("/v1/")
    }

    fn meets(&self, method: &str, path: &str) -> bool {
        let of_method = self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method));
        of_method && path.starts_with(&self.path) && self.times != Some(0)
    }
}

/// Refuses a request if that was arranged, and counts it.
pub fn refuse(refusals: &mut [Refusal], method: &str, path: &str) -> Result<(), ApiError> {
    let Some(refusal) = refusals.iter_mut().find(|refusal| refusal.meets(method, path)) else { return Ok(()) };
    refusal.times = refusal.times.map(|times| times - 1);
    Err(match refusal.status {
        403 => ApiError::forbidden(refusal.permission.as_deref().unwrap_or("rak_unknown")),
        429 => ApiError::too_many(),
        _ => ApiError::internal("An unknown error occurred (as was asked for)."),
    })
}
