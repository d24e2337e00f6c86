//! Styles and scripts, compiled in and served under names that carry their content.
//!
//! | path | cache |
//! | --- | --- |
//! | `/assets/masthead.0a1b2c3d4e5f.css` | for ever: another content has another name |
//! | `/assets/masthead.css` | briefly: the same bytes under a name that stays |
//! | `/assets/theme.css?v=…`, `/assets/favicon.svg?v=…` | for ever with `v`; made from settings by [`super::theme_css`] and [`super::favicon_svg`] |

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};

use super::{favicon_svg, theme_css};
use crate::text::Theme;

/// One file of ours that a browser loads.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its plain name ("masthead.css").
    pub name: &'static str,
    /// Its name with its content in it ("masthead.0a1b2c3d4e5f.css").
    pub hashed_name: String,
    /// Its content.
    pub bytes: &'static [u8],
    /// Its media type, with the character set.
    pub media_type: &'static str,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    vec![
        asset("tokens.css", include_bytes!("../assets/tokens.css"), CSS),
        asset("masthead.css", include_bytes!("../assets/masthead.css"), CSS),
        asset("embed.css", include_bytes!("../assets/embed.css"), CSS),
        asset("embed.js", include_bytes!("../assets/embed.js"), "text/javascript; charset=utf-8"),
        asset("masthead-pages.js", include_bytes!("../assets/masthead-pages.js"), "text/javascript; charset=utf-8"),
    ]
});

const CSS: &str = "text/css; charset=utf-8";

/// Every file there is.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The file of this name, plain or with content in it, and whether it may be cached for ever.
pub fn find(name: &str) -> Option<(&'static Asset, bool)> {
    let asset = all().iter().find(|asset| asset.name == name || asset.hashed_name == name)?;
    Some((asset, asset.hashed_name == name))
}

/// The path of a file, below the base path: "/assets/masthead.0a1b2c3d4e5f.css". A name that is no asset's stays as it is.
pub fn path(name: &str) -> String {
    let known = all().iter().find(|asset| asset.name == name);
    format!("/assets/{}", known.map_or(name, |asset| &asset.hashed_name))
}

/// The path of the newsroom's colours, below the base path.
pub fn theme_path(theme: &Theme) -> String {
    format!("/assets/theme.css?v={}", fingerprint(theme_css(theme).as_bytes()))
}

/// The path of the newsroom's icon, below the base path.
pub fn favicon_path(theme: &Theme) -> String {
    format!("/assets/favicon.svg?v={}", fingerprint(favicon_svg(theme).as_bytes()))
}

fn asset(name: &'static str, bytes: &'static [u8], media_type: &'static str) -> Asset {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    Asset { name, hashed_name: format!("{stem}.{}.{extension}", fingerprint(bytes)), bytes, media_type }
}

fn fingerprint(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
