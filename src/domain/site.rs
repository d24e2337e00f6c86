//! Sites: the websites that may use the API, with exact origins and return addresses.

use url::Url;

use super::id::SiteId;

/// The longest return address that is accepted, in bytes.
pub const RETURN_TO_MAX_BYTES: usize = 2_000;

/// A website of the newsroom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The site's id.
    pub id: SiteId,
    /// Its name in the API.
    pub slug: String,
    /// Its name for readers.
    pub name: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// Origins whose scripts may call the API.
    pub origins: Vec<String>,
    /// Addresses that readers may be sent back to: everything below each.
    pub return_to: Vec<Url>,
}

impl Site {
    /// The address to send a reader back to, if it lies at or below a registered one.
    ///
    /// Compared after parsing, part by part, so that `//`, `\`, `@` and encoded tricks mean to us what they mean to a browser.
    pub fn allows_return_to(&self, address: &str) -> Option<Url> {
        if address.len() > RETURN_TO_MAX_BYTES || address.chars().any(|c| c.is_control() || c == '\\' || c == ' ') {
            return None;
        }
        let url = Url::parse(address).ok()?;
        self.return_to.iter().any(|registered| lies_below(&url, registered)).then_some(url)
    }
}

fn lies_below(url: &Url, registered: &Url) -> bool {
    let same_place = url.origin() == registered.origin() && matches!(url.scheme(), "http" | "https");
    let no_user = url.username().is_empty() && url.password().is_none();
    let base = registered.path();
    let below = url.path() == base
        || (base.ends_with('/') && url.path().starts_with(base))
        || url.path().strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    same_place && no_user && below
}
