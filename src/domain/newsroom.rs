//! How a newsroom presents itself.

/// Name and look of the newsroom, on pages and in mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newsroom {
    /// Its name.
    pub name: String,
    /// A line under its name.
    pub tagline: String,
    /// Its website.
    pub website: String,
    /// The accent colour, `#rrggbb`.
    pub accent: String,
    /// The language that is used when a reader asks for none that there is.
    pub locale: String,
}
