//! What is chosen on `/join` and `/give`: a price, one of the amounts that it suggests, or one of the payer's own.

use actix_web::HttpRequest;

use super::{shown, view};
use crate::{
    domain::{id::PriceId, money::Currency, plan::AmountFault},
    flow::read_plans::{self, Offer},
    http::{State, extract::Form},
    text::Texts,
};

/// What is sold for an occasion.
pub fn plans(offers: &[Offer], occasion: view::Occasion) -> Vec<view::PlanChoice> {
    offers.iter().filter_map(|offer| shown::plan_choice(offer, occasion)).collect()
}

/// Takes back what is said of tax that comes on top, where nobody adds it.
pub fn without_added_tax(plans: &mut [view::PlanChoice]) {
    for choice in plans.iter_mut().flat_map(|plan| &mut plan.prices).filter(|choice| choice.tax == view::Tax::OnTop) {
        choice.tax = view::Tax::None;
    }
}

/// What decides in which currency prices are shown, the strongest first.
#[derive(Debug, Default)]
pub struct Wishes<'a> {
    /// What the member has paid in.
    pub fixed: Option<Currency>,
    /// The price that is asked for.
    pub price: Option<&'a str>,
    /// The code that the reader switched to.
    pub switched: Option<&'a str>,
    /// Those of the country that the reader is in.
    pub country: Vec<Currency>,
}

/// The currency to show prices in, of those that are sold in; none when nothing is sold.
pub fn currency(offers: &[Offer], wishes: &Wishes<'_>) -> Option<Currency> {
    let sold = read_plans::currencies(offers);
    let price_id = wishes.price.map(|price| price.split(':').next().unwrap_or_default());
    let of_price = offers.iter().flat_map(|offer| &offer.prices).find(|price| Some(price.id.as_str()) == price_id);
    let switched = wishes.switched.and_then(|code| Currency::parse(code).ok());
    let wished = [wishes.fixed, of_price.map(|price| price.money.currency), switched];
    let mut all = wished.into_iter().flatten().chain(wishes.country.iter().copied());
    all.find(|currency| sold.contains(currency)).or(sold.first().copied())
}

/// What is chosen of the choices there are: the one that was asked for, an amount that was typed for its price, its price with
/// another amount, or the first.
pub fn choose(plans: &mut [view::PlanChoice], asked: Option<&str>, form: &Form, faults: &[view::FieldFault]) -> String {
    let mut choices: Vec<&mut view::PriceChoice> = plans.iter_mut().flat_map(|plan| &mut plan.prices).collect();
    let first = choices.iter().find(|choice| choice.is_proposed).map(|choice| choice.id.clone()).unwrap_or_default();
    let Some(asked) = asked else { return first };
    let (price_id, amount) = asked.split_once(':').unwrap_or((asked, ""));
    for choice in &mut choices {
        let Some(own) = &mut choice.own else { continue };
        own.typed = form.get(&own.field).unwrap_or_default().to_owned();
        own.fault = fault_of(faults, &own.field);
        if let (true, Ok(minor)) = (choice.id.split(':').next() == Some(price_id), amount.parse::<i64>())
            && own.typed.is_empty()
            && let Ok(currency) = Currency::parse(&choice.price.currency)
        {
            own.typed = currency.decimal(i128::from(minor));
        }
    }
    let of_price = |id: &str| id.split(':').next() == Some(price_id);
    let exact = choices.iter().find(|choice| choice.id == asked);
    let own = choices.iter().find(|choice| choice.own.is_some() && !amount.is_empty() && of_price(&choice.id));
    let any = choices.iter().find(|choice| choice.is_proposed && of_price(&choice.id));
    exact.or(own).or(any).map_or(first, |choice| choice.id.clone())
}

fn fault_of(faults: &[view::FieldFault], field: &str) -> Option<String> {
    faults.iter().find(|fault| fault.field == field).map(|fault| fault.message.clone())
}

/// Why a choice is not clear.
#[derive(Debug)]
pub enum Unclear {
    /// It names no price.
    Price,
    /// What was typed is no amount.
    Amount {
        /// Where it was typed.
        field: String,
    },
    /// What was typed is an amount that the price does not take.
    WrongAmount {
        /// Whose price it is.
        price_id: PriceId,
        /// Why not.
        wrong: AmountFault,
    },
}

/// A choice as the form sends it: a price, with one of its amounts or with the one that was typed.
///
/// # Errors
/// [`Unclear`].
pub fn read(text: &str, state: &State, form: &Form) -> Result<(PriceId, Option<i64>), Unclear> {
    let (id, amount) = text.split_once(':').map_or((text, None), |(id, amount)| (id, Some(amount)));
    let id = PriceId::parse(id).map_err(|_| Unclear::Price)?;
    match amount {
        None => Ok((id, None)),
        Some("own") => {
            let offers = state.counters.offers();
            let price = offers.iter().flat_map(|offer| &offer.prices).find(|price| price.id == id);
            let price = price.ok_or(Unclear::Price)?;
            let field = format!("own-{id}");
            let typed = form.get(&field).and_then(|typed| price.money.currency.parse_amount(typed));
            let minor = typed.ok_or(Unclear::Amount { field })?;
            // Said together with whatever else is wrong; the checkout looks again.
            match price.amount_of(Some(minor)) {
                Ok(_) => Ok((id, Some(minor))),
                Err(wrong) => Err(Unclear::WrongAmount { price_id: id, wrong }),
            }
        }
        Some(minor) => Ok((id, Some(minor.parse().map_err(|_| Unclear::Price)?))),
    }
}

/// What is wrong with an amount, in a sentence.
pub fn wrong_amount(texts: &Texts, wrong: AmountFault, currency: &str) -> String {
    let (key, minor) = match wrong {
        AmountFault::TooSmall(minor) => ("own-amount-too-small", minor),
        AmountFault::TooLarge(minor) | AmountFault::Fixed(minor) => ("own-amount-too-large", minor),
    };
    texts.say(key).with("money", texts.money(minor, currency)).text()
}

/// The same at the field where it was typed.
pub fn amount_fault(request: &HttpRequest, state: &State, price_id: &PriceId, wrong: AmountFault) -> view::FieldFault {
    let offers = state.counters.offers();
    let price = offers.iter().flat_map(|offer| &offer.prices).find(|price| price.id == *price_id);
    let currency = price.map(|price| price.money.currency.to_string()).unwrap_or_default();
    let message = wrong_amount(super::texts_for(request, state), wrong, &currency);
    view::FieldFault { field: format!("own-{price_id}"), message }
}
