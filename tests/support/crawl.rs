//! Following everything that a page leads to: links, forms, scripts, styles, addresses in JSON.

use std::collections::{BTreeMap, VecDeque};

use reqwest::{Response, StatusCode, header};
use scraper::{Html, Selector};
use serde_json::Value;
use url::Url;

/// Attributes whose value is an address.
const ADDRESSES: [(&str, &str); 8] = [
    ("[href]", "href"),
    ("[src]", "src"),
    ("form[action]", "action"),
    ("[formaction]", "formaction"),
    ("[data-url]", "data-url"),
    ("[poster]", "poster"),
    ("[cite]", "cite"),
    ("meta[property='og:url'], meta[property='og:image']", "content"),
];
/// Far more than there are; whoever finds more has made them up.
const ADDRESSES_MAX: usize = 400;

/// What was found: each address of ours with the status that it answered, and each address elsewhere.
#[derive(Debug, Default)]
pub struct Crawled {
    pub own: BTreeMap<String, StatusCode>,
    pub elsewhere: BTreeMap<String, String>,
    /// Canonical addresses that are not the page's own.
    pub wrong_canonical: Vec<String>,
}

/// Begins at an address and follows everything at or below `base`, which ends with a slash.
pub async fn crawl(http: &reqwest::Client, base: &Url, from: &str) -> Crawled {
    let mut crawled = Crawled::default();
    let mut waiting = VecDeque::from([(base.join(from).expect("an address"), "the start".to_owned())]);
    while let Some((mut url, found_on)) = waiting.pop_front() {
        url.set_fragment(None);
        if !matches!(url.scheme(), "http" | "https") {
            assert_eq!(url.scheme(), "mailto", "{url} on {found_on}");
            continue;
        }
        if url.origin() != base.origin() || !url.path().starts_with(base.path()) {
            crawled.elsewhere.insert(url.into(), found_on);
            continue;
        }
        if crawled.own.contains_key(url.as_str()) {
            continue;
        }
        assert!(crawled.own.len() < ADDRESSES_MAX, "there is no end: {url} on {found_on}");
        let answer = http.get(url.clone()).send().await.expect("an answer");
        crawled.own.insert(url.to_string(), answer.status());
        let page = url.to_string();
        let found = leads(&url, answer, &mut crawled.wrong_canonical).await;
        waiting.extend(found.into_iter().map(|url| (url, page.clone())));
    }
    crawled
}

/// Everything that an answer leads to.
async fn leads(url: &Url, answer: Response, wrong_canonical: &mut Vec<String>) -> Vec<Url> {
    let text = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let location = text(header::LOCATION);
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let body = answer.text().await.expect("a body");
    let mut found: Vec<String> = location.into_iter().collect();
    match kind.split(';').next().unwrap_or_default() {
        "text/html" => {
            let (addresses, canonical) = in_html(&body);
            found.extend(addresses);
            let mut own = url.clone();
            own.set_query(None);
            wrong_canonical.extend(canonical.filter(|one| *one != own.as_str()));
        }
        "text/css" => found.extend(body.split("url(").skip(1).filter_map(|rest| rest.split(')').next()).map(unquoted)),
        "text/javascript" | "application/javascript" => found.extend(in_script(&body)),
        kind if kind.ends_with("json") => in_json(&serde_json::from_str(&body).expect("JSON"), &mut found),
        _ => {}
    }
    found
        .iter()
        .map(|address| url.join(address).unwrap_or_else(|error| panic!("{address} on {url}: {error}")))
        .collect()
}

fn in_html(body: &str) -> (Vec<String>, impl Iterator<Item = String> + use<>) {
    let html = Html::parse_document(body);
    let select = |selector: &str, name: &str| -> Vec<String> {
        let selector = Selector::parse(selector).expect("a selector");
        html.select(&selector).filter_map(|one| one.attr(name)).map(str::to_owned).collect()
    };
    let all = ADDRESSES.iter().flat_map(|(selector, name)| select(selector, name)).collect();
    (all, select("link[rel=canonical]", "href").into_iter())
}

/// Texts that are addresses from the host's root, and modules.
fn in_script(body: &str) -> Vec<String> {
    let quoted = body.split(['"', '\'', '`']).skip(1).step_by(2);
    let is_address = |text: &&str| text.starts_with('/') && text.len() > 1 && !text.contains([' ', '\n', '*', '>']);
    quoted.filter(is_address).map(str::to_owned).collect()
}

fn in_json(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http://") || text.starts_with("https://") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| in_json(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| in_json(field, found)),
        _ => {}
    }
}

fn unquoted(text: &str) -> String {
    text.trim_matches(['"', '\'', ' ']).to_owned()
}
