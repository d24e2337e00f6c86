//! Where readers may be sent back to.

use masthead::domain::{id::SiteId, site::Site};
use proptest::prelude::*;
use url::Url;

fn site() -> Site {
    Site {
        id: SiteId::parse(&format!("site_{:032x}", 1)).unwrap(),
        slug: "paper".to_owned(),
        name: "The Paper".to_owned(),
        audience: "paper".to_owned(),
        origins: Vec::new(),
        return_to: vec![
            "https://paper.example/news".parse().unwrap(),
            "https://www.paper.example:8443/".parse().unwrap(),
        ],
    }
}

/// Pieces that have sent readers astray elsewhere.
const PIECES: &[&str] = &[
    "https:",
    "http:",
    "javascript:",
    "data:",
    "//",
    "/",
    "\\",
    "/\\",
    "@",
    ":",
    "?",
    "#",
    "%2f",
    "%5c",
    "%00",
    "%0d%0a",
    "\t",
    "\n",
    "\r",
    " ",
    "..",
    "/../",
    "/%2e%2e/",
    ".",
    "paper.example",
    "www.paper.example:8443",
    "paper.example.evil.example",
    "evil.example",
    "evil.example#",
    "paper.example@evil.example",
    "user:pass@",
    "news",
    "/news",
    "/newsroom",
    "/news/story",
    "?next=https://paper.example/news",
    "[::1]",
    "127.0.0.1",
    "ｐaper.example",
    "\u{202e}",
    "\u{0}",
    ";",
    "&",
    "=",
];

fn crafted() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..8).prop_map(|pieces| pieces.concat())
}

/// Crafted, and more often than by chance on an address that begins well.
fn address() -> impl Strategy<Value = String> {
    let beginning = proptest::sample::select(vec![
        "",
        "https://paper.example",
        "https://paper.example/news",
        "https://www.paper.example:8443",
    ]);
    (beginning, crafted()).prop_map(|(beginning, rest)| format!("{beginning}{rest}"))
}

/// What a browser makes of it must lie where the site says: the same scheme, host and port, no user, at or below the path.
fn check(given: &str) -> Result<(), TestCaseError> {
    let Some(allowed) = site().allows_return_to(given) else { return Ok(()) };
    prop_assert_eq!(allowed.scheme(), "https", "{:?}", given);
    prop_assert!(allowed.username().is_empty() && allowed.password().is_none(), "{:?}", given);
    let below = match (allowed.host_str(), allowed.port_or_known_default()) {
        (Some("paper.example"), Some(443)) => allowed.path() == "/news" || allowed.path().starts_with("/news/"),
        (Some("www.paper.example"), Some(8_443)) => true,
        _ => false,
    };
    prop_assert!(below, "{:?} led to {}", given, allowed);
    prop_assert!(!given.chars().any(|c| c.is_control() || c == '\\'), "{:?}", given);
    let again = Url::parse(allowed.as_str()).unwrap();
    prop_assert_eq!(&again, &allowed, "an address that reads otherwise the second time");
    prop_assert!(!allowed.as_str().chars().any(char::is_control), "fit for a header");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn crafted_addresses_lead_nowhere_else(address in address()) {
        check(&address)?;
    }

    #[test]
    fn any_text_leads_nowhere_else(address in "\\PC{0,60}") {
        check(&address)?;
        check(&format!("https://paper.example{address}"))?;
    }

    /// What lies below a registered address is allowed as it was given.
    #[test]
    fn stories_below_are_allowed(path in "[a-z0-9-]{1,20}(/[a-z0-9-]{1,20}){0,3}", query in "[a-z0-9=&]{0,20}") {
        let address = format!("https://paper.example/news/{path}?{query}");
        prop_assert_eq!(site().allows_return_to(&address).map(String::from), Some(address));
    }
}
