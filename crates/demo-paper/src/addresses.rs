//! Every address the paper links or redirects to, built in one place from the settings alone.
//! Architecture invariant: no address is ever built from what a request says about its own host.

use url::Url;

/// Why a configured address is not usable.
#[derive(Debug, thiserror::Error)]
#[error("{setting} must be an http or https address{wish}, not {given:?}")]
pub struct AddressError {
    setting: &'static str,
    wish: &'static str,
    given: String,
}

/// The paper's and Masthead's addresses, and the names by which they know each other.
pub struct Addresses {
    /// The paper's origin, without a slash at its end.
    public: String,
    /// Masthead's base, without a slash at its end; also the issuer of its tokens.
    masthead: String,
    masthead_origin: String,
    site: String,
    campaign: String,
}

impl Addresses {
    /// Reads the settings. The paper's own address has no path; Masthead's may have one.
    pub fn parse(public: &str, masthead: &str, site: &str, campaign: &str) -> Result<Self, AddressError> {
        let own = parse_base(public).filter(|url| url.path() == "/").ok_or_else(|| AddressError {
            setting: "public_url",
            wish: " without a path",
            given: public.to_owned(),
        })?;
        let service = parse_base(masthead).ok_or_else(|| AddressError {
            setting: "masthead_url",
            wish: "",
            given: masthead.to_owned(),
        })?;
        Ok(Self {
            public: own.origin().ascii_serialization(),
            masthead: service.as_str().trim_end_matches('/').to_owned(),
            masthead_origin: service.origin().ascii_serialization(),
            site: site.to_owned(),
            campaign: campaign.to_owned(),
        })
    }

    /// The paper's own page at `path`, which starts with a slash or is empty.
    pub fn public(&self, path: &str) -> String {
        format!("{}{path}", self.public)
    }

    /// The canonical address of a story, which is also its article id at Masthead.
    pub fn story(&self, slug: &str) -> String {
        self.public(&format!("/stories/{slug}"))
    }

    /// Where Masthead sends readers back with a code.
    pub fn signed_in(&self) -> String {
        self.public("/signed-in")
    }

    /// Where our sign-in starts for a reader who wants to end at the local path `to`.
    pub fn sign_in_path(to: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
        format!("/sign-in?{query}")
    }

    /// Whether cookies may be kept to encrypted connections.
    pub fn is_secure(&self) -> bool {
        self.public.starts_with("https:")
    }

    /// The paper's origin as browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.public
    }

    /// The paper's `Host`, with its port if it has one.
    pub fn host(&self) -> &str {
        self.public.split_once("://").map_or(self.public.as_str(), |(_, host)| host)
    }

    /// Masthead's origin, for the content security policy.
    pub fn masthead_origin(&self) -> &str {
        &self.masthead_origin
    }

    /// Who must have signed the tokens.
    pub fn issuer(&self) -> &str {
        &self.masthead
    }

    /// Our slug at Masthead, and the audience of tokens made for us.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// Masthead's own address at `path`.
    pub fn masthead(&self, path: &str) -> String {
        format!("{}{path}", self.masthead)
    }

    /// The campaign's public JSON.
    pub fn campaign(&self) -> String {
        let mut address = self.masthead("/v1/campaigns/");
        address.extend(url::form_urlencoded::byte_serialize(self.campaign.as_bytes()));
        address
    }

    /// Where a reader becomes a member. With a story, the reader comes back to it through our sign-in, so that
    /// the story opens; without one, to the front page.
    pub fn join(&self, story: Option<&str>) -> String {
        let to = story.map_or_else(|| "/".to_owned(), |slug| format!("/stories/{slug}"));
        let return_to = self.public(&Self::sign_in_path(&to));
        let mut query = vec![("site", self.site.clone()), ("return_to", return_to)];
        query.extend(story.map(|slug| ("article", self.story(slug))));
        query.push(("campaign", self.campaign.clone()));
        self.masthead_with("/join", &query)
    }

    /// Where Masthead says who the reader is. `silent` asks it not to show the reader anything.
    pub fn continuation(&self, state: &str, challenge: &str, silent: bool) -> String {
        let mut query = vec![
            ("site", self.site.clone()),
            ("return_to", self.signed_in()),
            ("state", state.to_owned()),
            ("code_challenge", challenge.to_owned()),
        ];
        if silent {
            query.push(("prompt", "none".to_owned()));
        }
        self.masthead_with("/v1/continue", &query)
    }

    /// Where a reader ends the session at Masthead too.
    pub fn sign_out(&self) -> String {
        self.masthead_with("/sign-out", &[("site", self.site.clone()), ("return_to", self.public("/"))])
    }

    fn masthead_with(&self, path: &str, query: &[(&str, String)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{}{path}?{query}", self.masthead)
    }
}

fn parse_base(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.has_host();
    (plain && matches!(url.scheme(), "http" | "https")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses::parse("http://127.0.0.1:8081/", "http://localhost:8080/members/", "demo-paper", "25000-members")
            .expect("usable addresses")
    }

    #[test]
    fn joining_leads_back_through_sign_in_to_the_story() {
        let join = Url::parse(&addresses().join(Some("fog"))).expect("an address");
        assert_eq!(join.path(), "/members/join");
        let query: std::collections::HashMap<_, _> = join.query_pairs().into_owned().collect();
        assert_eq!(query["return_to"], "http://127.0.0.1:8081/sign-in?to=%2Fstories%2Ffog");
        assert_eq!(query["article"], "http://127.0.0.1:8081/stories/fog");
        assert_eq!(query["campaign"], "25000-members");
    }

    #[test]
    fn addresses_with_paths_queries_or_other_schemes_are_refused() {
        for public in ["ftp://x", "http://x/sub", "http://x/?q", "127.0.0.1:80", "http://u@x", "", "javascript:1"] {
            assert!(Addresses::parse(public, "http://m", "s", "c").is_err(), "{public}");
        }
        assert!(Addresses::parse("http://x", "mailto:a@b", "s", "c").is_err());
    }
}
