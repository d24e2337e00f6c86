//! Who may read the metrics.

use serde::Deserialize;

/// Who may read the metrics.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsConfig {
    /// The bearer token that `GET /metrics` asks for; empty means that there is no such page.
    pub token: String,
}

impl MetricsConfig {
    /// The token, if one is set.
    pub fn token(&self) -> Option<String> {
        Some(self.token.clone()).filter(|token| !token.is_empty())
    }
}

impl std::fmt::Debug for MetricsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MetricsConfig(…)")
    }
}
