//! How a newsroom names and colours itself, on pages and in mail alike.

use super::Colour;

/// A newsroom's name and look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The paper's name, as its title piece says it: "The Harbour Ledger".
    pub newsroom: String,
    /// One line under the name; may be empty.
    pub tagline: String,
    /// Where the paper's own front page is (an absolute address).
    pub home_url: String,
    /// Where readers write to the newsroom, if it says.
    pub contact_email: Option<String>,
    /// The newsroom's one colour.
    pub accent: Colour,
}

impl Theme {
    /// The text on a button in the accent colour.
    pub fn on_accent(&self) -> Colour {
        self.accent.ink_on()
    }

    /// The accent as a text colour on paper: as it is if it can be read there, else darker (7 to 1).
    pub fn accent_ink(&self) -> Colour {
        self.accent.readable_on(Colour::PAPER, Colour::INK, 7.0)
    }

    /// The accent as a text colour at night: lightened until it can be read (7 to 1).
    pub fn accent_chalk(&self) -> Colour {
        self.accent.readable_on(Colour::NIGHT, Colour::CHALK, 7.0)
    }

    /// The accent as a surface at night: lightened until it stands out from the page (3 to 1).
    pub fn accent_night(&self) -> Colour {
        self.accent.readable_on(Colour::NIGHT, Colour::CHALK, 3.0)
    }
}
