//! The newsroom's colour, and the ink that can be read on it.

use std::fmt;
use std::str::FromStr;

/// An opaque colour, from `#rrggbb` or `#rgb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// The text is not a colour of the form `#rrggbb` or `#rgb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb")]
pub struct ColourError;

impl Colour {
    /// The page in the light.
    pub const PAPER: Colour = Colour::new(0xff, 0xfe, 0xfb);
    /// The text in the light.
    pub const INK: Colour = Colour::new(0x1b, 0x1b, 0x1a);
    /// The page in the dark.
    pub const NIGHT: Colour = Colour::new(0x16, 0x17, 0x18);
    /// The text in the dark.
    pub const CHALK: Colour = Colour::new(0xec, 0xe9, 0xe2);

    /// A colour from its parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Colour { red, green, blue }
    }

    /// How well the two can be told apart: 1 (not at all) to 21 (black on white), as WCAG 2 counts it.
    pub fn contrast(self, other: Colour) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Whichever of paper white and ink can be read better on this colour; at least 4.5 to 1 on any colour.
    pub fn ink_on(self) -> Colour {
        let (white, black) = (Colour::new(255, 255, 255), Colour::new(0, 0, 0));
        if self.contrast(white) >= 4.5 { white } else { black }
    }

    /// This colour, moved towards `goal` in small steps until it reaches `least` to 1 against `ground`. Ends at `goal`.
    pub fn readable_on(self, ground: Colour, goal: Colour, least: f64) -> Colour {
        (0..=40_u32)
            .map(|step| self.mix(goal, step * 25))
            .find(|candidate| candidate.contrast(ground) >= least)
            .unwrap_or(goal)
    }

    /// This colour with so many thousandths of the other mixed in.
    pub fn mix(self, other: Colour, thousandths: u32) -> Colour {
        let part = |a: u8, b: u8| -> u8 {
            let mixed = (u32::from(a) * (1000 - thousandths) + u32::from(b) * thousandths + 500) / 1000;
            // A weighted mean of two bytes is a byte.
            mixed.min(255) as u8
        };
        Colour::new(part(self.red, other.red), part(self.green, other.green), part(self.blue, other.blue))
    }

    fn luminance(self) -> f64 {
        let linear = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

impl FromStr for Colour {
    type Err = ColourError;

    fn from_str(text: &str) -> Result<Self, ColourError> {
        let digits = text.trim().strip_prefix('#').ok_or(ColourError)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ColourError);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| ColourError)?;
        let byte = |shift: u32, mask: u32, times: u32| ((number >> shift & mask) * times) as u8;
        match digits.len() {
            6 => Ok(Colour::new(byte(16, 0xff, 1), byte(8, 0xff, 1), byte(0, 0xff, 1))),
            3 => Ok(Colour::new(byte(8, 0xf, 17), byte(4, 0xf, 17), byte(0, 0xf, 17))),
            _ => Err(ColourError),
        }
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}
