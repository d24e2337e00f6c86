//! Moving everybody who is billed by one price to another, on purpose.

use super::{
    id::{PriceId, PriceMoveId},
    plan::{Interval, Price, words},
    time::Moment,
};

/// When a move takes hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesHold {
    /// At once: the next payment also bills the rest of the running period.
    Now,
    /// With the next payment: the running period stays as it was billed.
    Renewal,
}

words!(TakesHold, Now = "now", Renewal = "renewal");

/// A move of everybody who is billed by one price to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceMove {
    /// Its id.
    pub id: PriceMoveId,
    /// The price that is billed.
    pub from: PriceId,
    /// The price that is to be billed.
    pub to: PriceId,
    /// When that takes hold.
    pub takes_hold: TakesHold,
    /// When it was begun, by the wall clock.
    pub begun_at: Moment,
}

/// What a subscription at the gateway says of the move that changed it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedBy {
    /// The move.
    pub id: PriceMoveId,
    /// When it takes hold.
    pub takes_hold: TakesHold,
}

impl MovedBy {
    /// The word that stands at the gateway: `renewal:mov_…`.
    pub fn word(&self) -> String {
        format!("{}:{}", self.takes_hold.as_str(), self.id)
    }

    /// Reads the word; none for any other.
    pub fn parse(word: &str) -> Option<Self> {
        let (takes_hold, id) = word.split_once(':')?;
        Some(Self { takes_hold: TakesHold::parse(takes_hold)?, id: PriceMoveId::parse(id).ok()? })
    }
}

/// Why nobody is moved from one price to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefusal {
    /// It is the same price.
    #[error("both are the same price")]
    Same,
    /// A payment made once renews nothing.
    #[error("a price that is paid once has nobody to move, and nobody can be moved to it")]
    Once,
    /// Each payer chose an amount.
    #[error("a price whose amount each payer chooses has no one amount: nobody is moved from it or to it")]
    OwnAmount,
    /// Another currency.
    #[error("the prices are of different currencies, and a currency is fixed with the first payment")]
    Currency,
    /// Another interval.
    #[error(
        "one is billed by the month and the other by the year: the member chooses that in the account, under \"Change, cancel or see invoices\""
    )]
    Interval,
}

/// Whether whoever is billed by one price may be moved to another.
///
/// # Errors
/// [`MoveRefusal`].
pub fn check(from: &Price, to: &Price) -> Result<(), MoveRefusal> {
    let either = |is: fn(&Price) -> bool| is(from) || is(to);
    match () {
        () if from.id == to.id => Err(MoveRefusal::Same),
        () if either(|price| price.interval == Interval::Once) => Err(MoveRefusal::Once),
        () if either(|price| price.own_amount.is_some()) => Err(MoveRefusal::OwnAmount),
        () if from.money.currency != to.money.currency => Err(MoveRefusal::Currency),
        () if from.interval != to.interval => Err(MoveRefusal::Interval),
        () => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        entropy::Entropy,
        id::PlanId,
        money::{Currency, Money},
        plan::{OwnAmount, Tax},
    };

    struct Filled(u8);

    impl Entropy for Filled {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn price(number: u8) -> Price {
        let now = Moment::from_millis(0);
        Price {
            id: PriceId::mint(now, &Filled(number)),
            plan_id: PlanId::mint(now, &Filled(0)),
            money: Money { amount_minor: 700, currency: Currency::parse("EUR").unwrap() },
            interval: Interval::Month,
            tax: Tax::Inside,
            own_amount: None,
            opens_months: None,
            gateway_price_id: None,
        }
    }

    #[test]
    fn only_another_sum_of_the_same_currency_and_interval_is_moved_to() {
        let (from, to) = (price(1), Price { money: Money { amount_minor: 900, ..price(2).money }, ..price(2) });
        assert_eq!(check(&from, &to), Ok(()));
        assert_eq!(check(&from, &from), Err(MoveRefusal::Same));
        let dollars = Money { currency: Currency::parse("USD").unwrap(), ..to.money };
        assert_eq!(check(&from, &Price { money: dollars, ..to.clone() }), Err(MoveRefusal::Currency));
        assert_eq!(check(&from, &Price { interval: Interval::Year, ..to.clone() }), Err(MoveRefusal::Interval));
        let once = Price { interval: Interval::Once, ..to.clone() };
        assert_eq!((check(&from, &once), check(&once, &from)), (Err(MoveRefusal::Once), Err(MoveRefusal::Once)));
        let chosen = OwnAmount { minimum_minor: 1, maximum_minor: 9, suggestions_minor: Vec::new() };
        let own = Price { own_amount: Some(chosen), ..to };
        assert_eq!(
            (check(&from, &own), check(&own, &from)),
            (Err(MoveRefusal::OwnAmount), Err(MoveRefusal::OwnAmount))
        );
    }

    #[test]
    fn what_the_gateway_keeps_reads_back_and_nothing_else_does() {
        let moved =
            MovedBy { id: PriceMoveId::mint(Moment::from_millis(5), &Filled(3)), takes_hold: TakesHold::Renewal };
        assert_eq!(MovedBy::parse(&moved.word()), Some(moved.clone()));
        for word in ["", "renewal", "later:mov_1", "now:prc_0199", &moved.word()[1..]] {
            assert_eq!(MovedBy::parse(word), None, "{word}");
        }
    }
}
