//! The texts of one language.

use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::{Library, Phrase};

/// The texts of one language, with English behind them.
pub struct Texts {
    tag: String,
    language: LanguageIdentifier,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// One text by its key, to be completed with values and shown. A key that no language has shows as the key itself and is
    /// logged, since a page with one odd word beats no page; in debug builds it panics, so that tests find it.
    pub fn say<'a>(&'a self, key: &'a str) -> Phrase<'a> {
        Phrase::new(self, key)
    }

    /// Whether this language or English has the key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key) || Library::shared().english().bundle.has_message(key)
    }

    /// The language's tag as HTML's `lang` wants it ("en").
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The language itself, for negotiation.
    pub(super) fn language(&self) -> &LanguageIdentifier {
        &self.language
    }

    /// The text with its values put in; `None` if the key is nowhere.
    pub(super) fn format(&self, key: &str, values: &FluentArgs<'_>) -> Option<String> {
        self.format_here(key, values).or_else(|| {
            let english = Library::shared().english();
            english.format_here(key, values)
        })
    }

    /// Reads one language file. `None`, with a log line, if the tag is not a language; faulty messages are skipped and logged.
    pub(super) fn parse(tag: &str, source: &str) -> Option<Texts> {
        let Ok(language) = tag.parse::<LanguageIdentifier>() else {
            tracing::error!(tag, "the name of a text file is not a language");
            return None;
        };
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, faults)| {
            tracing::error!(tag, ?faults, "some texts cannot be read");
            partial
        });
        let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
        // The marks would surround every number and name; texts and values here share one direction.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        let mut texts = Texts { tag: tag.to_owned(), language, bundle };
        let separator = texts.format_here("format-thousands", &FluentArgs::new());
        texts.bundle.set_formatter(Some(grouping(separator.as_deref())));
        Some(texts)
    }

    fn format_here(&self, key: &str, values: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut faults = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(values), &mut faults);
        if !faults.is_empty() {
            tracing::error!(key, ?faults, "a text lacks a value");
            debug_assert!(faults.is_empty(), "the text {key} lacks a value: {faults:?}");
        }
        Some(text.into_owned())
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts").field("tag", &self.tag).finish_non_exhaustive()
    }
}

/// The writer of whole numbers with this separator between thousands. Fluent takes a plain function, hence one per separator.
fn grouping<M>(separator: Option<&str>) -> fn(&FluentValue<'_>, &M) -> Option<String> {
    match separator {
        Some(".") => grouped::<'.', M>,
        Some("\u{a0}" | "\u{202f}" | " ") => grouped::<'\u{202f}', M>,
        Some("’" | "'") => grouped::<'’', M>,
        _ => grouped::<',', M>,
    }
}

fn grouped<const SEPARATOR: char, M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) if number.value.fract() == 0.0 => {
            Some(group_thousands(&(number.value as i64).to_string(), SEPARATOR))
        }
        _ => None,
    }
}

/// Digits with a separator between thousands: "24601" → "24,601". A sign in front stays there.
pub(super) fn group_thousands(digits: &str, separator: char) -> String {
    let mut written = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len() - index;
        if left.is_multiple_of(3) && written.ends_with(|c: char| c.is_ascii_digit()) {
            written.push(separator);
        }
        written.push(digit);
    }
    written
}
