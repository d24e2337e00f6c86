//! The counter in a frame on somebody else's page.

use askama::Template;

use super::{Chrome, Fragment, Scheme, Variant, finish};
use crate::text::{Markup, Texts};

/// The page `/embed/{slug}`.
#[derive(Clone, Debug)]
pub struct EmbedPage {
    /// The campaign's title.
    pub title: String,
    /// The counter.
    pub fragment: Fragment,
}

#[derive(Template)]
#[template(path = "embed.html")]
struct Page<'a> {
    chrome: &'a Chrome,
    t: &'a Texts,
    title: &'a str,
    slug: &'a str,
    variant: &'static str,
    scheme: &'static str,
    is_bar: bool,
    counter: Markup,
}

impl EmbedPage {
    /// The whole page.
    pub fn render(&self, chrome: &Chrome) -> String {
        finish(Page {
            chrome,
            t: chrome.texts,
            title: &self.title,
            slug: &self.fragment.counter.slug,
            variant: match self.fragment.variant {
                Variant::Bar => "bar",
                Variant::Compact => "compact",
                Variant::Text => "text",
            },
            scheme: match self.fragment.scheme {
                Some(Scheme::Light) => "light",
                Some(Scheme::Dark) => "dark",
                None => "",
            },
            is_bar: self.fragment.variant == Variant::Bar,
            // Rendered and escaped by its own template.
            counter: Markup::trusted(self.fragment.render(chrome)),
        })
    }
}
