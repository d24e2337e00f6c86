//! All languages that are compiled in, and the choice among them.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use unic_langid::LanguageIdentifier;

use super::Texts;

static LOCALES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/locales");
static SHARED: LazyLock<Library> = LazyLock::new(Library::load);

/// The language that is always complete, and that the others fall back to.
const FIRST: &str = "en";

/// The texts in every language that is compiled in; English first.
#[derive(Debug)]
pub struct Library {
    languages: Vec<Texts>,
}

impl Library {
    /// The one library of this program, read at first use.
    pub fn shared() -> &'static Library {
        &SHARED
    }

    /// The language that is always complete.
    pub fn english(&self) -> &Texts {
        // `load` puts English first; the file is compiled in, and a test reads it.
        &self.languages[0]
    }

    /// The best language for an `Accept-Language` header; English if none fits or the header makes no sense.
    pub fn negotiate(&self, accept_language: &str) -> &Texts {
        preferences(accept_language).iter().find_map(|wanted| self.best_for(wanted)).unwrap_or_else(|| self.english())
    }

    /// The language with exactly this tag ("en"), as a member's stored choice names it.
    pub fn find(&self, tag: &str) -> Option<&Texts> {
        self.languages.iter().find(|texts| texts.tag() == tag)
    }

    fn best_for(&self, wanted: &LanguageIdentifier) -> Option<&Texts> {
        let exact = self.languages.iter().find(|texts| texts.language() == wanted);
        exact.or_else(|| self.languages.iter().find(|texts| texts.language().language == wanted.language))
    }

    fn load() -> Library {
        let mut languages: Vec<Texts> = LOCALES
            .files()
            .filter_map(|file| {
                let tag = file.path().file_name()?.to_str()?.strip_suffix(".ftl")?;
                Texts::parse(tag, file.contents_utf8()?)
            })
            .collect();
        languages.sort_by_key(|texts| (texts.tag() != FIRST, texts.tag().to_owned()));
        assert!(
            languages.first().is_some_and(|texts| texts.tag() == FIRST),
            "locales/en.ftl is compiled in and parses; a test holds it"
        );
        Library { languages }
    }
}

/// The languages of an `Accept-Language` header, most wanted first. Unreadable parts and those with `q=0` are left out.
fn preferences(header: &str) -> Vec<LanguageIdentifier> {
    let mut weighted: Vec<(u16, LanguageIdentifier)> = header
        .split(',')
        .take(20)
        .filter_map(|part| {
            let mut pieces = part.trim().split(';');
            let language: LanguageIdentifier = pieces.next()?.trim().parse().ok()?;
            let weight = pieces.find_map(weight_thousandths).unwrap_or(1000);
            (weight > 0).then_some((weight, language))
        })
        .collect();
    weighted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    weighted.into_iter().map(|(_, language)| language).collect()
}

fn weight_thousandths(piece: &str) -> Option<u16> {
    let weight: f32 = piece.trim().strip_prefix("q=")?.trim().parse().ok()?;
    // A float to integer cast saturates; the clamp keeps nonsense such as q=9 within the scale.
    Some((weight.clamp(0.0, 1.0) * 1000.0) as u16)
}
