//! A story: read from its file at start, never changed.

use std::fmt::Write as _;

use jiff::ZonedDateTime;
use jiff::civil::DateTime;

use crate::figure::{self, Figure};
use crate::words::{self, escape};

/// The zone of Saltmarsh Quay.
pub const ZONE: &str = "Europe/Lisbon";

/// How many paragraphs everybody may read.
const TEASER_PARAGRAPHS: usize = 2;

/// Words a minute, to say how long a story takes.
const WORDS_A_MINUTE: usize = 210;

/// A story file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("story {slug}: {fault}")]
pub struct StoryError {
    slug: String,
    fault: String,
}

/// Who may read a story whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Everybody.
    Open,
    /// Whoever has signed in.
    Registered,
    /// Members.
    Members,
}

impl Gate {
    /// The gate's slug at Masthead; an open story has none.
    pub fn slug(self) -> Option<&'static str> {
        match self {
            Self::Open => None,
            Self::Registered => Some("registered"),
            Self::Members => Some("members"),
        }
    }

    /// The words on the label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open to all",
            Self::Registered => "Registered readers",
            Self::Members => "Members",
        }
    }
}

/// One story.
#[derive(Debug)]
pub struct Story {
    pub slug: String,
    pub headline: String,
    pub standfirst: String,
    pub byline: String,
    pub published: ZonedDateTime,
    pub section: String,
    pub gate: Gate,
    pub figure: Option<&'static Figure>,
    blocks: Vec<Block>,
}

#[derive(Debug)]
enum Block {
    Paragraph(String),
    Subhead(String),
    Quote(String),
}

impl Story {
    /// Reads a story file: `key: value` lines, a line `---`, then paragraphs parted by empty lines. `## ` starts
    /// a subhead, `> ` a pull quote, and `*stars*` set words in italics.
    ///
    /// # Errors
    /// A missing or unknown key, an unreadable date, or a start that is not two plain paragraphs.
    pub fn parse(slug: &str, text: &str) -> Result<Self, StoryError> {
        let fail = |fault: String| StoryError { slug: slug.to_owned(), fault };
        let (head, body) = text.split_once("\n---\n").ok_or_else(|| fail("has no line ---".to_owned()))?;
        let value = |key: &str| {
            let found = head.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
            found.map(|value| value.trim().to_owned()).ok_or_else(|| fail(format!("has no {key}")))
        };
        let blocks: Vec<Block> = body.split("\n\n").map(str::trim).filter(|b| !b.is_empty()).map(block).collect();
        let is_paragraph = |block: &Block| matches!(block, Block::Paragraph(_));
        if blocks.len() <= TEASER_PARAGRAPHS || !blocks.iter().take(TEASER_PARAGRAPHS).all(is_paragraph) {
            return Err(fail("must start with two plain paragraphs and go on".to_owned()));
        }
        let published: DateTime = value("published")?.parse().map_err(|error| fail(format!("published: {error}")))?;
        Ok(Self {
            slug: slug.to_owned(),
            headline: value("headline")?,
            standfirst: value("standfirst")?,
            byline: value("byline")?,
            published: published.in_tz(ZONE).map_err(|error| fail(format!("published: {error}")))?,
            section: value("section")?,
            gate: gate(&value("gate")?).ok_or_else(|| fail("has an unknown gate".to_owned()))?,
            figure: match value("figure") {
                Ok(name) => Some(figure::find(&name).ok_or_else(|| fail("has an unknown figure".to_owned()))?),
                Err(_) => None,
            },
            blocks,
        })
    }

    /// The first two paragraphs as HTML: what everybody may read.
    pub fn teaser_html(&self) -> String {
        html(&self.blocks[..TEASER_PARAGRAPHS])
    }

    /// The first paragraph as HTML, for the front page.
    pub fn opening_html(&self) -> String {
        html(&self.blocks[..1])
    }

    /// The whole story as HTML: only for those whom its gate lets in.
    pub fn body_html(&self) -> String {
        html(&self.blocks)
    }

    /// What a feed reader or a search engine may have: the whole of an open story, else the teaser.
    pub fn public_html(&self) -> String {
        if self.gate == Gate::Open { self.body_html() } else { self.teaser_html() }
    }

    /// How long the whole takes to read, in minutes, at least one.
    pub fn reading_minutes(&self) -> usize {
        let words: usize = self.blocks.iter().map(|block| block.text().split_whitespace().count()).sum();
        words.div_ceil(WORDS_A_MINUTE).max(1)
    }

    /// The section's address, `/sections/…`.
    pub fn section_path(&self) -> String {
        words::section_path(&self.section)
    }

    /// The day it appeared: `23 November 2026`.
    pub fn day(&self) -> String {
        words::day(self.published.date())
    }

    /// When it appeared, as machines read it.
    pub fn timestamp(&self) -> String {
        self.published.timestamp().to_string()
    }
}

impl Block {
    fn text(&self) -> &str {
        match self {
            Self::Paragraph(text) | Self::Subhead(text) | Self::Quote(text) => text,
        }
    }
}

fn block(text: &str) -> Block {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(subhead) = line.strip_prefix("## ") {
        return Block::Subhead(subhead.to_owned());
    }
    match line.strip_prefix("> ") {
        Some(quote) => Block::Quote(quote.to_owned()),
        None => Block::Paragraph(line),
    }
}

fn gate(text: &str) -> Option<Gate> {
    match text {
        "open" => Some(Gate::Open),
        "registered" => Some(Gate::Registered),
        "members" => Some(Gate::Members),
        _ => None,
    }
}

fn html(blocks: &[Block]) -> String {
    let mut html = String::new();
    for block in blocks {
        let text = italics(&escape(block.text()));
        let written = match block {
            Block::Paragraph(_) => writeln!(html, "<p>{text}</p>"),
            Block::Subhead(_) => writeln!(html, "<h2>{text}</h2>"),
            Block::Quote(_) => writeln!(html, "<blockquote><p>{text}</p></blockquote>"),
        };
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    html
}

/// `*Margaret Ellen*` is a ship's name, and ships' names are set in italics.
fn italics(escaped: &str) -> String {
    let parts: Vec<&str> = escaped.split('*').collect();
    let mut html = String::new();
    for (place, part) in parts.iter().enumerate() {
        match place {
            0 => {}
            // A last star without a partner is a star.
            _ if place % 2 == 1 && place + 1 == parts.len() => html.push('*'),
            _ => html.push_str(if place % 2 == 1 { "<em>" } else { "</em>" }),
        }
        html.push_str(part);
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "headline: H\nstandfirst: S\nbyline: B\npublished: 2026-11-23T06:00\nsection: Town Hall\n\
                        gate: members\n---\nOne & *two*.\n\nTwo.\n\nThree.\n\n## Four\n\n> Five * six.\n";

    #[test]
    fn a_file_becomes_a_story_whose_teaser_is_two_paragraphs() {
        let story = Story::parse("s", FILE).expect("a story");
        assert_eq!(story.teaser_html(), "<p>One &amp; <em>two</em>.</p>\n<p>Two.</p>\n");
        assert_eq!(story.public_html(), story.teaser_html());
        assert!(story.body_html().ends_with("<h2>Four</h2>\n<blockquote><p>Five * six.</p></blockquote>\n"));
        assert_eq!(story.section_path(), "/sections/town-hall");
        assert_eq!(story.timestamp(), "2026-11-23T06:00:00Z");
    }

    #[test]
    fn faults_name_the_story_and_the_key() {
        let fault = |file: &str| Story::parse("s", file).expect_err("a fault").to_string();
        assert_eq!(fault(&FILE.replace("gate: members", "gate: vault")), "story s: has an unknown gate");
        assert_eq!(fault(&FILE.replace("byline: B\n", "")), "story s: has no byline");
        assert_eq!(fault(&FILE.replace("Two.", "## Two")), "story s: must start with two plain paragraphs and go on");
        assert_eq!(fault("headline: H"), "story s: has no line ---");
    }
}
