//! Stripe's public test cards, by number.

use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// What a card does when it is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Every payment succeeds.
    Succeeds,
    /// Declined without a reason.
    Declined,
    /// Declined for insufficient funds.
    InsufficientFunds,
    /// Declined as expired.
    Expired,
    /// Declined for the security code.
    WrongCvc,
    /// Declined by a processing error.
    ProcessingError,
    /// Succeeds while the payer is there; renewals are declined.
    FailsLater,
    /// The payer must approve the first payment on an authentication page.
    NeedsAuthentication,
    /// The payer must approve every payment, renewals too.
    AlwaysAuthenticates,
    /// Succeeds, and is disputed as fraudulent right after.
    Disputed,
    /// Succeeds, and its bank warns of fraud right after.
    Warned,
    /// Succeeds; a refund of it fails a day later.
    RefundFails,
    /// Succeeds; a refund of it is pending for a day.
    RefundWaits,
}

/// Why a payment did not go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decline {
    /// Stripe's error code (`card_declined`, `expired_card` …).
    pub code: &'static str,
    /// Stripe's decline code (`generic_decline` …).
    pub decline_code: &'static str,
    /// The sentence that the payer reads.
    pub message: &'static str,
}

impl Decline {
    /// The decline as the API's 402.
    pub fn error(self) -> ApiError {
        ApiError::card(self.code, self.message).with("decline_code", self.decline_code.into())
    }
}

const fn decline(code: &'static str, decline_code: &'static str, message: &'static str) -> Decline {
    Decline { code, decline_code, message }
}

/// The authentication that the payer failed or left.
pub const AUTHENTICATION_FAILED: Decline = decline(
    "payment_intent_authentication_failure",
    "authentication_failure",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
);

impl Behaviour {
    /// Whether the payer must approve a payment first; `off_session` means that the payer is not there (a renewal).
    pub fn asks_first(self, off_session: bool) -> bool {
        self == Self::AlwaysAuthenticates || self == Self::NeedsAuthentication && !off_session
    }

    /// The decline of a payment, if this card declines it; `off_session` means that the payer is not there (a renewal).
    pub fn decline(self, off_session: bool) -> Option<Decline> {
        match self {
            Self::Succeeds
            | Self::NeedsAuthentication
            | Self::AlwaysAuthenticates
            | Self::Disputed
            | Self::Warned
            | Self::RefundFails
            | Self::RefundWaits => None,
            Self::FailsLater if !off_session => None,
            Self::Declined | Self::FailsLater => {
                Some(decline("card_declined", "generic_decline", "Your card was declined."))
            }
            Self::InsufficientFunds => {
                Some(decline("card_declined", "insufficient_funds", "Your card has insufficient funds."))
            }
            Self::Expired => Some(decline("expired_card", "expired_card", "Your card has expired.")),
            Self::WrongCvc => {
                Some(decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."))
            }
            Self::ProcessingError => Some(decline(
                "processing_error",
                "processing_error",
                "An error occurred while processing your card. Try again in a little bit.",
            )),
        }
    }
}

/// One known number.
pub struct TestCard {
    /// Digits without spaces.
    pub number: &'static str,
    /// What it does.
    pub behaviour: Behaviour,
    /// What the front page says of it.
    pub says: &'static str,
    /// Stripe's ready-made payment method for it, by name.
    pub token: &'static str,
}

/// All numbers that the sandbox takes.
pub const TEST_CARDS: &[TestCard] = &[
    TestCard { number: "4242424242424242", behaviour: Behaviour::Succeeds, says: "Pays", token: "pm_card_visa" },
    TestCard {
        number: "5555555555554444",
        behaviour: Behaviour::Succeeds,
        says: "Pays (Mastercard)",
        token: "pm_card_mastercard",
    },
    TestCard {
        number: "4000000000000002",
        behaviour: Behaviour::Declined,
        says: "Is declined",
        token: "pm_card_chargeDeclined",
    },
    TestCard {
        number: "4000000000009995",
        behaviour: Behaviour::InsufficientFunds,
        says: "Has insufficient funds",
        token: "pm_card_chargeDeclinedInsufficientFunds",
    },
    TestCard {
        number: "4000000000000341",
        behaviour: Behaviour::FailsLater,
        says: "Pays once; renewals fail",
        token: "pm_card_chargeCustomerFail",
    },
    TestCard {
        number: "4000002500003155",
        behaviour: Behaviour::NeedsAuthentication,
        says: "Asks for authentication",
        token: "pm_card_authenticationRequiredOnSetup",
    },
    TestCard {
        number: "4000002760003184",
        behaviour: Behaviour::AlwaysAuthenticates,
        says: "Asks for authentication every time",
        token: "pm_card_authenticationRequired",
    },
    TestCard {
        number: "4000000000000259",
        behaviour: Behaviour::Disputed,
        says: "Pays, and the payment is disputed at once",
        token: "pm_card_createDispute",
    },
    TestCard {
        number: "4000000000005423",
        behaviour: Behaviour::Warned,
        says: "Pays, and its bank warns of fraud at once",
        token: "pm_card_createIssuerFraudRecord",
    },
    TestCard {
        number: "4000000000005126",
        behaviour: Behaviour::RefundFails,
        says: "Pays; a refund fails a day later",
        token: "pm_card_refundFail",
    },
    TestCard {
        number: "4000000000007726",
        behaviour: Behaviour::RefundWaits,
        says: "Pays; a refund is pending for a day",
        token: "pm_card_pendingRefund",
    },
    TestCard {
        number: "4000000000000069",
        behaviour: Behaviour::Expired,
        says: "Has expired",
        token: "pm_card_chargeDeclinedExpiredCard",
    },
    TestCard {
        number: "4000000000000127",
        behaviour: Behaviour::WrongCvc,
        says: "Has another security code",
        token: "pm_card_chargeDeclinedIncorrectCvc",
    },
    TestCard {
        number: "4000000000000119",
        behaviour: Behaviour::ProcessingError,
        says: "Meets a processing error",
        token: "pm_card_chargeDeclinedProcessingError",
    },
];

/// A card as the payer typed it, checked; the number itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// `visa` or `mastercard`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// Month of expiry, 1 to 12.
    pub exp_month: i64,
    /// Year of expiry, four digits.
    pub exp_year: i64,
    /// What charging it does.
    pub behaviour: Behaviour,
}

/// What is wrong with a typed card: the field's name and a sentence.
pub type CardFault = (&'static str, &'static str);

/// Checks number, expiry (`MM / YY`) and security code; `today` is (year, month).
pub fn read_card(number: &str, expiry: &str, cvc: &str, today: (i64, i64)) -> Result<Card, CardFault> {
    let digits: String = number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    if digits.is_empty() {
        return Err(("card_number", "Type a card number."));
    }
    let known = TEST_CARDS.iter().find(|card| card.number == digits);
    let Some(known) = known else {
        return Err((
            "card_number",
            "This card number is not valid here. The sandbox takes test cards only, 4242 4242 4242 4242 for one.",
        ));
    };
    let (exp_month, exp_year) =
        read_expiry(expiry).ok_or(("card_expiry", "Type the expiry as month and year, for example 12 / 34."))?;
    if (exp_year, exp_month) < today {
        return Err(("card_expiry", "This card's expiry date is in the past."));
    }
    if !(3..=4).contains(&cvc.trim().len()) || !cvc.trim().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(("card_cvc", "Type the three digits from the back of the card."));
    }
    Ok(known.card(exp_month, exp_year))
}

impl TestCard {
    /// This card with an expiry.
    pub fn card(&self, exp_month: i64, exp_year: i64) -> Card {
        let brand = if self.number.starts_with('5') { "mastercard" } else { "visa" };
        Card {
            brand: brand.into(),
            last4: self.number[self.number.len() - 4..].into(),
            exp_month,
            exp_year,
            behaviour: self.behaviour,
        }
    }

    /// The number in groups of four.
    pub fn grouped(&self) -> String {
        self.number
            .as_bytes()
            .chunks(4)
            .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

fn read_expiry(text: &str) -> Option<(i64, i64)> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let odd = text.chars().any(|c| !c.is_ascii_digit() && !c.is_whitespace() && !matches!(c, '/' | '-' | '.'));
    let (month, year) = match (odd, digits.len()) {
        (false, 3) => digits.split_at(1),
        (false, 4 | 6) => digits.split_at(2),
        _ => return None,
    };
    let month: i64 = month.parse().ok()?;
    let year: i64 = year.parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    (1..=12).contains(&month).then_some((month, year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_good_card() {
        let card = read_card("4242 4242 4242 4242", "12 / 34", "123", (2026, 11)).unwrap();
        assert_eq!((card.last4.as_str(), card.exp_month, card.exp_year), ("4242", 12, 2034));
    }

    #[test]
    fn names_the_field_at_fault() {
        let fault = |number, expiry, cvc| read_card(number, expiry, cvc, (2026, 11)).unwrap_err().0;
        assert_eq!(fault("4242424242424241", "12/34", "123"), "card_number");
        assert_eq!(fault("4242424242424242", "13/34", "123"), "card_expiry");
        assert_eq!(fault("4242424242424242", "10/26", "123"), "card_expiry");
        assert_eq!(fault("4242424242424242", "12/34", "12x"), "card_cvc");
    }

    #[test]
    fn a_card_that_fails_later_pays_while_the_payer_is_there() {
        assert_eq!(Behaviour::FailsLater.decline(false), None);
        assert!(Behaviour::FailsLater.decline(true).is_some());
    }
}
