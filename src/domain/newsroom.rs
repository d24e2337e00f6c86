//! How a newsroom presents itself.

use serde::{Deserialize, Serialize};

/// Name and look of the newsroom, on pages and in mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Newsroom {
    /// Its name.
    pub name: String,
    /// A line under its name.
    pub tagline: String,
    /// Its website.
    pub website: String,
    /// Where readers write to it; shown at the foot of every page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// The accent colour, `#rrggbb`.
    pub accent: String,
    /// The IANA name of the zone that its dates are meant in.
    pub time_zone: String,
    /// The language that is used when a reader asks for none that there is.
    pub locale: String,
    /// The currency that prices are first shown in, by its ISO code; without it the one of most prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}
