//! The document of the API, to read.

use askama::Template;

use super::{Chrome, finish};
use crate::text::{Markup, Texts};

/// The page `/docs/api`.
#[derive(Clone, Debug)]
pub struct ApiDocsPage {
    /// The version that runs.
    pub version: String,
    /// What holds for all calls.
    pub description: Markup,
    /// The service's public address.
    pub address: String,
    /// Calls, in groups.
    pub groups: Vec<ApiGroup>,
    /// What goes in and out.
    pub schemas: Vec<ApiSchema>,
}

/// Calls that belong together.
#[derive(Clone, Debug)]
pub struct ApiGroup {
    /// Its name.
    pub name: String,
    /// Its name in addresses.
    pub anchor: String,
    /// What they are for.
    pub description: Markup,
    /// Whether they are pages for people, told in a line each.
    pub is_pages: bool,
    /// The calls.
    pub operations: Vec<ApiOperation>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct ApiOperation {
    /// Its name in programs and addresses; empty for a page.
    pub anchor: String,
    /// In upper case.
    pub method: String,
    /// Below the public address.
    pub path: String,
    /// What it does, in a line.
    pub summary: String,
    /// What else there is to know.
    pub description: Markup,
    /// Who may ask, in words.
    pub security: String,
    /// What it takes besides a body.
    pub parameters: Vec<ApiField>,
    /// The body it takes.
    pub body: Option<ApiAnswer>,
    /// A line for a terminal.
    pub curl: String,
    /// What it answers when all is well.
    pub answers: Vec<ApiAnswer>,
    /// What can go wrong.
    pub problems: Vec<ApiProblem>,
}

/// A body that goes in or out.
#[derive(Clone, Debug, Default)]
pub struct ApiAnswer {
    /// The status; empty for what goes in.
    pub status: String,
    /// What it means.
    pub description: String,
    /// Headers, with commas between.
    pub headers: String,
    /// Its form in words; empty when there is no body.
    pub kind: String,
    /// The schema that the words speak of.
    pub link: Option<String>,
    /// One that could be.
    pub example: String,
}

/// A problem that a call may answer with.
#[derive(Clone, Debug)]
pub struct ApiProblem {
    /// The status.
    pub status: String,
    /// The stable code.
    pub code: String,
    /// The page that explains it, below the base path.
    pub path: String,
}

/// A field or a parameter.
#[derive(Clone, Debug)]
pub struct ApiField {
    /// Its name.
    pub name: String,
    /// Its form in words.
    pub kind: String,
    /// The schema that the words speak of.
    pub link: Option<String>,
    /// Whether it must be there, or always is.
    pub required: bool,
    /// What it is.
    pub description: Markup,
}

/// A form with a name.
#[derive(Clone, Debug)]
pub struct ApiSchema {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Markup,
    /// Its fields, or the words that it can be.
    pub fields: Vec<ApiField>,
}

#[derive(Template)]
#[template(path = "api_docs.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: String,
    description: String,
    page: &'a ApiDocsPage,
}

impl ApiDocsPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        let title = chrome.texts.say("api-docs-title").to_string();
        finish(Page { chrome, t: chrome.texts, title, description: String::new(), page: self })
    }
}
