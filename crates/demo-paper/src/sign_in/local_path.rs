//! A path on our own site, the only place a sign-in may end at.

use url::Url;

const LONGEST: usize = 512;

/// A path that no browser reads as another website's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// The front page.
    pub fn front_page() -> Self {
        Self("/".to_owned())
    }

    /// A story's page.
    pub fn story(slug: &str) -> Self {
        Self(format!("/stories/{slug}"))
    }

    /// `None` for anything but a plain path of ours: `//host`, `/\host`, control characters (which browsers drop
    /// before they read an address), anything that resolves elsewhere, and the sign-in itself, which would turn
    /// in circles.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\');
        let local = text.starts_with('/') && !text.starts_with("//") && text.len() <= LONGEST;
        if !plain || !local {
            return None;
        }
        let base = Url::parse("http://paper.invalid/").ok()?;
        let resolved = base.join(text).ok()?;
        let stays = resolved.origin() == base.origin() && !resolved.path().starts_with("//");
        let circles = ["/sign-in", "/signed-in", "/sign-out"].iter().any(|page| resolved.path().starts_with(page));
        (stays && !circles).then(|| Self(text.to_owned()))
    }

    /// The path itself, starting with one slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tricks_are_refused() {
        let tricks = [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\r\nLocation: x",
            "https://evil.example",
            "javascript:alert(1)",
            "stories/x",
            "/stories\\..\\x",
            "/.//evil.example",
            "/sign-in?to=/sign-in",
            "/./sign-in",
            "/signed-in?code=1",
            "/sign-out",
            "/x\u{0}",
            "/\u{2028}",
            "/ x",
            "/x/..//evil.example",
        ];
        for trick in tricks {
            assert_eq!(LocalPath::parse(trick), None, "{trick:?}");
        }
        assert_eq!(LocalPath::parse(&format!("/{}", "x".repeat(LONGEST))), None);
    }

    #[test]
    fn our_pages_are_taken() {
        for path in ["/", "/stories/x", "/about", "/stories/x?from=mail#end", "/%2F%2Fevil.example"] {
            assert!(LocalPath::parse(path).is_some(), "{path}");
        }
    }

    proptest! {
        /// Whatever is taken ends on our own site, however a browser resolves it.
        #[test]
        fn what_is_taken_stays_here(text in r"[/\\.:@?#%a-z0-9\t\r\n ]{0,24}") {
            if let Some(path) = LocalPath::parse(&text) {
                let base = Url::parse("https://ledger.example/signed-in").expect("a base");
                let end = base.join(path.as_str()).expect("an address");
                prop_assert_eq!(end.origin(), base.origin());
                // A second reading, as after a redirect that carries only the path, stays too.
                let again = base.join(end.path()).expect("an address");
                prop_assert_eq!(again.origin(), base.origin());
            }
        }
    }
}
