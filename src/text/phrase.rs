//! One text on its way to the page: a key and the values that go into it.

use std::fmt;

use fluent_bundle::types::{FluentNumber, FluentNumberOptions, FluentNumberType};
use fluent_bundle::{FluentArgs, FluentValue};

use super::Texts;

/// A text by key, with values. Shows itself as plain text (templates escape it), or as markup through [`Phrase::markup`].
pub struct Phrase<'a> {
    texts: &'a Texts,
    key: &'a str,
    values: FluentArgs<'a>,
}

impl<'a> Phrase<'a> {
    pub(super) fn new(texts: &'a Texts, key: &'a str) -> Self {
        Phrase { texts, key, values: FluentArgs::new() }
    }

    /// Puts in a value: text as it is, whole numbers with the language's separators and plural forms.
    pub fn with(mut self, name: &'a str, value: impl Into<FluentValue<'a>>) -> Self {
        self.values.set(name, value);
        self
    }

    /// Puts in a number whose ordinal form matters ("23rd").
    pub fn with_ordinal(mut self, name: &'a str, number: i8) -> Self {
        let options = FluentNumberOptions { r#type: FluentNumberType::Ordinal, ..Default::default() };
        let value = FluentNumber { value: f64::from(number), options };
        self.values.set(name, FluentValue::Number(value));
        self
    }

    /// The finished plain text.
    pub fn text(&self) -> String {
        match self.texts.format(self.key, &self.values) {
            Some(text) => text,
            None => self.missing(),
        }
    }

    /// The finished text as HTML: the tags in the language file are kept, since they are ours; the values are escaped, since
    /// they may be anybody's.
    pub fn markup(&self) -> Markup {
        let mut escaped = FluentArgs::new();
        for (name, value) in self.values.iter() {
            match value {
                FluentValue::String(text) => escaped.set(name.to_owned(), escape(text)),
                other => escaped.set(name.to_owned(), other.clone()),
            }
        }
        let html = self.texts.format(self.key, &escaped);
        Markup(html.unwrap_or_else(|| escape(&self.missing())))
    }

    fn missing(&self) -> String {
        tracing::error!(key = self.key, "a text is missing");
        debug_assert!(false, "the text {} is missing", self.key);
        self.key.to_owned()
    }
}

impl fmt::Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// HTML that is safe to put on a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markup(pub(super) String);

impl Markup {
    /// HTML that the caller vouches for (rendered from our own documents, never from a reader).
    pub fn trusted(html: String) -> Self {
        Markup(html)
    }

    /// Anybody's text, escaped.
    pub fn escaped(text: &str) -> Self {
        Markup(escape(text))
    }

    /// The HTML.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
