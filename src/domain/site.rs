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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{entropy::Entropy, time::Moment};

    struct Fixed;
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(3);
        }
    }

    fn site(addresses: &[&str]) -> Site {
        Site {
            id: SiteId::mint(Moment::from_millis(0), &Fixed),
            slug: "paper".to_owned(),
            name: String::new(),
            audience: String::new(),
            origins: vec![],
            return_to: addresses.iter().map(|address| Url::parse(address).unwrap()).collect(),
        }
    }

    #[test]
    fn fault_23_only_what_lies_at_or_below_a_registered_address_is_allowed() {
        let site = site(&["https://paper.example/members", "http://127.0.0.1:8081/"]);
        for good in [
            "https://paper.example/members",
            "https://paper.example/members/",
            "https://paper.example/members/back?to=%2Fa#x",
            "http://127.0.0.1:8081/stories/x",
        ] {
            assert!(site.allows_return_to(good).is_some(), "{good}");
        }
        for bad in [
            "//evil.example/",
            "/members",
            "\\\\evil.example",
            "https:\\\\evil.example/members",
            "https://paper.example@evil.example/members",
            "https://user@paper.example/members",
            "https://paper.example:444/members",
            "http://paper.example/members",
            "https://paper.example/membersonly",
            "https://paper.example/members/../admin",
            "https://paper.example/members/%2e%2e/admin",
            "https://paper.example.evil.example/members",
            "https://paper.example/members\r\nSet-Cookie: a=b",
            "javascript:alert(1)//https://paper.example/members",
            "http://127.0.0.1:8082/",
            "http://127.0.0.1:8081.evil.example/",
            "",
        ] {
            assert!(site.allows_return_to(bad).is_none(), "{bad:?}");
        }
        assert!(site.allows_return_to(&format!("http://127.0.0.1:8081/{}", "a".repeat(RETURN_TO_MAX_BYTES))).is_none());
    }
}
