//! A reader's browser: keeps cookies, and follows redirects only as far as it is told.

use std::sync::Arc;

use reqwest::cookie::Jar;
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode, Url};

/// An answer, read to its end.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub url: Url,
    pub text: String,
}

impl Page {
    pub async fn of(response: reqwest::Response) -> Self {
        let (status, headers, url) = (response.status(), response.headers().clone(), response.url().clone());
        Self { status, headers, url, text: response.text().await.expect("text") }
    }

    pub fn header(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.collect::<Vec<_>>().join(", ")
    }

    pub fn location(&self) -> Url {
        self.url.join(&self.header("location")).expect("a redirect")
    }

    /// Whether all of these words are on the page.
    pub fn shows(&self, marks: &[String]) -> bool {
        marks.iter().all(|mark| self.text.contains(mark.as_str()))
    }

    /// The first of these words that is anywhere in the answer, headers too.
    pub fn leaks<'a>(&self, marks: &'a [String]) -> Option<&'a String> {
        let headers = format!("{:?}", self.headers);
        marks.iter().find(|mark| self.text.contains(mark.as_str()) || headers.contains(mark.as_str()))
    }
}

/// Keeps cookies.
pub struct Browser {
    http: Client,
    jar: Arc<Jar>,
}

impl Browser {
    pub fn new() -> Self {
        let jar = Arc::new(Jar::default());
        let builder =
            Client::builder().cookie_provider(jar.clone()).redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self { http: builder.build().expect("a client"), jar }
    }

    /// Drops the access token, as the browser does when its time is over.
    pub fn forget_token(&self, site: &str) {
        self.jar.add_cookie_str("ledger_token=; Path=/; Max-Age=0", &site.parse().expect("an address"));
    }

    pub async fn get(&self, url: impl AsRef<str>) -> Page {
        Page::of(self.http.get(url.as_ref()).send().await.expect("an answer")).await
    }

    /// Sends a form's POST as a browser does from a page of `origin`.
    pub async fn post_from(&self, origin: &str, url: &str) -> Page {
        Page::of(self.http.post(url).header("origin", origin).send().await.expect("an answer")).await
    }

    /// Follows redirects to a page that is none; answers it with the addresses passed on the way.
    ///
    /// # Panics
    /// After twelve redirects: a browser gives up in a circle, and so does the test.
    pub async fn follow(&self, url: impl AsRef<str>) -> (Page, Vec<Url>) {
        let mut page = self.get(url).await;
        let mut passed = Vec::new();
        while page.status.is_redirection() {
            assert!(passed.len() < 12, "a circle of redirects: {passed:#?}");
            passed.push(page.location());
            page = self.get(page.location().as_str()).await;
        }
        (page, passed)
    }
}
