//! What the tests stand on: a small Masthead that issues real tokens, and a paper that belongs to it.
mod browser;
mod fake_masthead;
mod stories;
mod tokens;

use std::net::TcpListener;

use demo_paper::{Paper, PaperConfig, start};

pub use browser::{Browser, Page};
pub use fake_masthead::{FakeMasthead, Fault};
pub use stories::{StoryFile, stories, story_behind};
pub use tokens::{Signer, access_claims, now_unix_seconds, pass_claims, unsigned};

/// The slug of the paper at Masthead.
pub const SITE: &str = "demo-paper";

/// A paper with a Masthead of its own.
pub struct Town {
    pub masthead: FakeMasthead,
    pub paper: Paper,
    pub http: reqwest::Client,
}

impl Town {
    pub async fn found() -> Self {
        let masthead = FakeMasthead::start().await;
        let paper = paper_at(masthead.url()).await;
        Self { masthead, paper, http: plain_client() }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.paper.url())
    }

    /// A token that opens `gates`, good for ten minutes.
    pub fn token(&self, gates: &[&str]) -> String {
        self.masthead.signer().access(&access_claims(self.masthead.url(), gates))
    }

    /// A pass for `article` behind `gate`.
    pub fn pass(&self, gate: &str, article: &str) -> String {
        self.masthead.signer().pass(&pass_claims(self.masthead.url(), gate, article))
    }

    pub async fn get(&self, path: &str) -> Page {
        Page::of(self.http.get(self.url(path)).send().await.expect("an answer")).await
    }

    pub async fn get_with_cookie(&self, path: &str, cookie: &str) -> Page {
        Page::of(self.http.get(self.url(path)).header("cookie", cookie).send().await.expect("an answer")).await
    }

    pub async fn get_as(&self, path: &str, token: &str) -> Page {
        self.get_with_cookie(path, &format!("ledger_token={token}")).await
    }

    pub async fn body_with(&self, slug: &str, token: &str) -> Page {
        let request = self.http.get(self.url(&format!("/stories/{slug}/body"))).bearer_auth(token);
        Page::of(request.send().await.expect("an answer")).await
    }

    pub fn browser(&self) -> Browser {
        Browser::new()
    }
}

/// A paper that looks for Masthead at `masthead_url`.
pub async fn paper_at(masthead_url: &str) -> Paper {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let public_url = format!("http://{}", listener.local_addr().expect("an address"));
    let config = PaperConfig {
        listener,
        public_url,
        masthead_url: masthead_url.to_owned(),
        site: SITE.to_owned(),
        campaign: "25000-members".to_owned(),
    };
    start(config).await.expect("the paper starts")
}

/// A client that keeps nothing and follows nothing.
pub fn plain_client() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client")
}
