//! `/masthead.js` and `/masthead.css`: what a newsroom puts on its own website.
//!
//! The script is one module of three parts. What it cannot know by itself, the newsroom's colours and its sentences in one
//! language, is written in front of them, so that there is nothing else to fetch.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::view::{self, Chrome};
use crate::http::{State, api::fragment, cached, extract::Form};

const PARTS: [&str; 3] = [
    include_str!("assets/masthead.js"),
    include_str!("assets/masthead-counter.js"),
    include_str!("assets/masthead-gate.js"),
];

/// The module; `?locale=` names its language, else it is the newsroom's.
pub async fn script(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let query = Form::parse(request.query_string().as_bytes());
    let text = module(&fragment::chrome(&request, &state, &query));
    cached::answer(&request, cached::RELEASE, "text/javascript; charset=utf-8", text)
}

/// The same styles for fragments that are on the page before the module is.
pub async fn styles(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let query = Form::parse(request.query_string().as_bytes());
    let text = view::widget_css(&fragment::chrome(&request, &state, &query).theme);
    cached::answer(&request, cached::RELEASE, "text/css; charset=utf-8", text)
}

fn module(chrome: &Chrome) -> String {
    let served = json!({
        "locale": chrome.texts.tag(),
        "direction": chrome.texts.say("format-direction").text(),
        "style": slim(&view::widget_css(&chrome.theme)),
        "texts": view::widget_words(chrome.texts),
    });
    format!("const SERVED = {served};\n{}", slim(&PARTS.concat()))
}

/// The same without indents and lines that hold nothing but a comment, which every reader would have to fetch. No text in the
/// sources goes over more than one line, so that nothing else changes.
fn slim(source: &str) -> String {
    let is_comment =
        |line: &str| line.starts_with("//") || line.starts_with("/*") || line.starts_with("* ") || line == "*/";
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}
