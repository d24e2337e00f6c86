//! What a payer chooses on the checkout page besides how to pay: country, VAT id, promotion code, amount.

use serde_json::Value;

use super::checkout::Typed;
use crate::{
    billing::{taxing, totals},
    core::{
        json::Peek,
        money::{self, read_amount, written},
        world::{PRIVATE, World},
    },
    object::{checkout_session::Choice, tax_id},
};

/// Countries that the page offers, with their names; the first three bear tax.
pub const COUNTRIES: &[(&str, &str)] = &[
    ("DE", "Germany"),
    ("FR", "France"),
    ("PT", "Portugal"),
    ("GB", "United Kingdom"),
    ("IE", "Ireland"),
    ("NL", "Netherlands"),
    ("UA", "Ukraine"),
    ("US", "United States"),
];

/// The bounds of an amount that the payer names.
pub struct OwnAmount {
    /// The smallest, minor units.
    pub least: Option<i64>,
    /// The largest, minor units.
    pub most: Option<i64>,
}

/// What the page asks besides how to pay.
pub struct Choices {
    pub(super) country: Option<String>,
    pub(super) countries: &'static [(&'static str, &'static str)],
    pub(super) vat_id: Option<String>,
    pub(super) code: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) amount_words: String,
}

impl Choices {
    /// Whether the sum can change by what is asked.
    pub fn is_any(&self) -> bool {
        self.country.is_some() || self.vat_id.is_some() || self.code.is_some()
    }
}

/// A row between the lines and the total.
pub struct Sum {
    pub(super) what: &'static str,
    pub(super) amount: String,
}

/// Whether a session asks for a country.
pub fn asks_country(session: &Value) -> bool {
    session["automatic_tax"].flag("enabled") || session.str("billing_address_collection") == "required"
}

/// Whether a session asks for a VAT id.
pub fn asks_vat_id(session: &Value) -> bool {
    session.at("tax_id_collection").flag("enabled")
}

/// Whether a session asks for promotion codes.
pub fn asks_code(session: &Value) -> bool {
    session.flag("allow_promotion_codes")
}

/// The bounds, where the payer names the amount.
pub fn own_amount(world: &World, session: &Value) -> Option<OwnAmount> {
    let line = session[PRIVATE].items("line_items").first()?;
    let own = &world.get(line.str("price"))["custom_unit_amount"];
    own.is_object().then(|| OwnAmount { least: own.number("minimum"), most: own.number("maximum") })
}

/// What was chosen, checked; the field at fault and a sentence otherwise.
pub fn read(world: &World, session: &Value, typed: &Typed) -> Result<Choice, (&'static str, String)> {
    let mut choice = Choice::default();
    if asks_country(session) {
        let known = COUNTRIES.iter().any(|(code, _)| *code == typed.country);
        if !known {
            return Err(("country", "Choose a country.".into()));
        }
        choice.country = Some(typed.country.clone());
    }
    if asks_vat_id(session) && !typed.vat_id.trim().is_empty() {
        let sentence = "Type a VAT id as it is in the European Union, for example DE123456789.";
        choice.vat_id = Some(tax_id::read(&typed.vat_id).ok_or(("vat_id", sentence.to_owned()))?);
    }
    if asks_code(session) {
        choice.code = Some(typed.code.trim().to_owned());
    }
    if let Some(own) = own_amount(world, session) {
        choice.amount_minor = Some(read_own(&own, &typed.amount, session.str("currency"))?);
    }
    Ok(choice)
}

fn read_own(own: &OwnAmount, typed: &str, currency: &str) -> Result<i64, (&'static str, String)> {
    let amount = read_amount(typed, currency).filter(|amount| *amount > 0);
    let amount = amount.ok_or_else(|| ("amount", "Type an amount, for example 12.50.".to_owned()))?;
    match (own.least, own.most) {
        (Some(least), _) if amount < least => Err(("amount", format!("The least is {}.", written(least, currency)))),
        (_, Some(most)) if amount > most => Err(("amount", format!("The most is {}.", written(most, currency)))),
        _ if amount > 99_999_999 => Err(("amount", "That is more than can be paid at once.".into())),
        _ => Ok(amount),
    }
}

/// What a session's page asks, with what was typed or chosen before.
pub fn choices_of(world: &World, session: &Value, typed: &Typed) -> Choices {
    let chosen = |known: Option<String>, typed: &str| {
        if typed.is_empty() { known.unwrap_or_default() } else { typed.to_owned() }
    };
    let country = totals::country_of(world, session).map(str::to_owned);
    let code = session.items("discounts").first().and_then(|one| one.text("promotion_code"));
    let code = code.map(|id| world.get(id).str("code").to_owned());
    let own = own_amount(world, session);
    let currency = session.str("currency");
    let preset = session.int("amount_subtotal");
    let bound =
        |words: &str, amount: Option<i64>| amount.map(|amount| format!("{words} {}", written(amount, currency)));
    let bounds = own.as_ref().map(|own| [bound("at least", own.least), bound("at most", own.most)]);
    Choices {
        country: asks_country(session).then(|| chosen(country, &typed.country)),
        countries: COUNTRIES,
        vat_id: asks_vat_id(session)
            .then(|| chosen(session[PRIVATE]["chosen"].text("vat_id").map(str::to_owned), &typed.vat_id)),
        code: asks_code(session).then(|| chosen(code, &typed.code)),
        amount: own.map(|_| chosen((preset > 0).then(|| money::typed(preset, currency)), &typed.amount)),
        amount_words: bounds.into_iter().flatten().flatten().collect::<Vec<_>>().join(", "),
    }
}

/// What lies between the lines and the total, if anything does.
pub fn sums_of(session: &Value, price: &Value) -> Vec<Sum> {
    let currency = session.str("currency");
    let (off, tax) = (session["total_details"].int("amount_discount"), session["total_details"].int("amount_tax"));
    let mut sums = Vec::new();
    if off > 0 {
        sums.push(Sum { what: "Discount", amount: written(-off, currency) });
    }
    if tax > 0 {
        let what = if taxing::is_on_top(price) { "Tax" } else { "Tax, in the sum" };
        sums.push(Sum { what, amount: written(tax, currency) });
    }
    if !sums.is_empty() {
        sums.push(Sum { what: "Due today", amount: written(session.int("amount_total"), currency) });
    }
    sums
}
