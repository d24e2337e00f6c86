//! Every sentence that a reader sees, by key.
//!
//! The texts live in `locales/*.ftl` (Project Fluent), one file a language, and are compiled in. Dropping another file beside
//! `en.ftl` adds that language: it is negotiated from `Accept-Language`, and what it lacks is said in English. How a language
//! writes numbers, money and dates stands in the same file under the keys that begin with `format-`.
//!
//! ```
//! use masthead::text::Library;
//! let texts = Library::shared().negotiate("en-GB,en;q=0.8");
//! assert_eq!(texts.say("counter-remaining").with("remaining", 399).text(), "399 to go");
//! ```

mod cancellation;
mod colour;
mod date;
mod library;
mod membership;
mod money;
mod phrase;
mod price;
mod problem;
mod source;
pub mod statement;
mod texts;
mod theme;

#[cfg(test)]
mod tests;

pub use colour::{Colour, ColourError};
pub use library::Library;
pub use phrase::{Markup, Phrase};
pub use price::{Interval, Price};
pub use texts::Texts;
pub use theme::Theme;
