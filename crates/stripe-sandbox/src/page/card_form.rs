//! The fields of a card, as the portal and an invoice's page ask for them.

use serde::Deserialize;

use super::words;
use crate::core::{
    card::{Card, TEST_CARDS, TestCard, read_card},
    world::World,
};

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TypedCard {
    pub card_number: String,
    pub card_expiry: String,
    pub card_cvc: String,
    pub name: String,
}

/// The fields with what is to be said of them.
pub struct CardForm {
    /// Field and sentence.
    pub fault: Option<(&'static str, String)>,
    /// Why the bank said no.
    pub declined: Option<String>,
    /// The name that was typed.
    pub name: String,
    /// The numbers to try.
    pub cards: &'static [TestCard],
}

impl CardForm {
    /// Empty fields.
    pub fn new() -> Self {
        Self { fault: None, declined: None, name: String::new(), cards: TEST_CARDS }
    }

    /// The fields after a fault in one of them.
    pub fn at_fault(typed: &TypedCard, fault: (&'static str, String)) -> Self {
        Self { fault: Some(fault), name: typed.name.clone(), ..Self::new() }
    }

    /// The fields after the bank said no.
    pub fn declined(typed: &TypedCard, sentence: &str) -> Self {
        Self { declined: Some(sentence.to_owned()), name: typed.name.clone(), ..Self::new() }
    }

    /// Whether this field is the one at fault.
    pub fn is_wrong(&self, field: &str) -> bool {
        self.fault.as_ref().is_some_and(|(at, _)| *at == field)
    }
}

/// The card and the name on it, checked; else the field at fault and a sentence.
pub fn read(world: &World, typed: &TypedCard) -> Result<(Card, String), (&'static str, String)> {
    let today = words::year_and_month(world.now());
    let card = read_card(&typed.card_number, &typed.card_expiry, &typed.card_cvc, today)
        .map_err(|(field, sentence)| (field, sentence.to_owned()))?;
    let name = typed.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(("name", "Type the name on the card.".into()));
    }
    Ok((card, name.to_owned()))
}
