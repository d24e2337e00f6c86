//! Stripe's public test accounts for SEPA direct debit, by IBAN.

use serde::{Deserialize, Serialize};

use super::card::{Behaviour, CardFault, Decline};

/// Seconds of the sandbox's clock until a bank says whether a debit went through.
pub const SETTLES_AFTER: i64 = 3 * 24 * 60 * 60;

/// What a bank says that does not pay.
pub const REFUSED: Decline = Decline {
    code: "payment_intent_payment_attempt_failed",
    decline_code: "generic_decline",
    message: "The bank did not pay this debit.",
};

/// One known account.
pub struct TestIban {
    /// Without blanks.
    pub iban: &'static str,
    /// What a debit of it comes to.
    pub behaviour: Behaviour,
    /// What the pages say of it.
    pub says: &'static str,
}

const fn account(iban: &'static str, behaviour: Behaviour, says: &'static str) -> TestIban {
    TestIban { iban, behaviour, says }
}

const PAYS: &str = "Pays, 3 days later";
const FAILS: &str = "Does not pay, 3 days later";
const DISPUTED: &str = "Pays, 3 days later, and is disputed then";

/// All accounts that the sandbox takes.
pub const TEST_IBANS: &[TestIban] = &[
    account("DE89370400440532013000", Behaviour::Succeeds, PAYS),
    account("DE62370400440532013001", Behaviour::Declined, FAILS),
    account("DE35370400440532013002", Behaviour::Disputed, DISPUTED),
    account("FR1420041010050500013M02606", Behaviour::Succeeds, PAYS),
    account("FR8420041010050500013M02607", Behaviour::Declined, FAILS),
    account("FR5720041010050500013M02608", Behaviour::Disputed, DISPUTED),
    account("AT611904300234573201", Behaviour::Succeeds, PAYS),
    account("AT861904300235473202", Behaviour::Declined, FAILS),
    account("BE62510007547061", Behaviour::Succeeds, PAYS),
    account("BE68539007547034", Behaviour::Declined, FAILS),
    account("ES0700120345030000067890", Behaviour::Succeeds, PAYS),
    account("ES9121000418450200051332", Behaviour::Declined, FAILS),
    account("IE29AIBK93115212345678", Behaviour::Succeeds, PAYS),
    account("IE02AIBK93115212345679", Behaviour::Declined, FAILS),
    account("IT40S0542811101000000123456", Behaviour::Succeeds, PAYS),
    account("IT60X0542811101000000123456", Behaviour::Declined, FAILS),
    account("NL39RABO0300065264", Behaviour::Succeeds, PAYS),
    account("NL91ABNA0417164300", Behaviour::Declined, FAILS),
    account("PT50000201231234567890154", Behaviour::Succeeds, PAYS),
    account("PT23000201231234567890155", Behaviour::Declined, FAILS),
];

/// How many of them the pages name.
pub const NAMED: usize = 6;

/// An account as the payer typed it, checked; the IBAN itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debit {
    /// Two letters.
    pub country: String,
    /// The bank's code, where the country's IBANs have one at a known place.
    pub bank_code: Option<String>,
    /// The branch's code, likewise.
    pub branch_code: Option<String>,
    /// The last four letters.
    pub last4: String,
    /// What a debit of it comes to.
    pub behaviour: Behaviour,
}

impl TestIban {
    /// In groups of four.
    pub fn grouped(&self) -> String {
        let groups = self.iban.as_bytes().chunks(4).map(|chunk| String::from_utf8_lossy(chunk).into_owned());
        groups.collect::<Vec<_>>().join(" ")
    }

    fn debit(&self) -> Debit {
        let (country, rest) = (&self.iban[..2], &self.iban[4..]);
        let (bank, branch) = match country {
            "DE" => (Some(&rest[..8]), None),
            "FR" | "IT" => (Some(&rest[..5]), Some(&rest[5..10])),
            "ES" | "PT" => (Some(&rest[..4]), Some(&rest[4..8])),
            "AT" => (Some(&rest[..5]), None),
            _ => (None, None),
        };
        Debit {
            country: country.into(),
            bank_code: bank.map(str::to_owned),
            branch_code: branch.map(str::to_owned),
            last4: self.iban[self.iban.len() - 4..].into(),
            behaviour: self.behaviour,
        }
    }
}

/// Finds the account that was typed.
pub fn read_iban(typed: &str) -> Result<Debit, CardFault> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let plain = plain.to_uppercase();
    if plain.is_empty() {
        return Err(("iban", "Type an IBAN."));
    }
    let known = TEST_IBANS.iter().find(|account| account.iban == plain);
    known.map(TestIban::debit).ok_or((
        "iban",
        "This IBAN is not valid here. The sandbox takes test accounts only, DE89 3704 0044 0532 0130 00 for one.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_right_check_digits() {
        for account in TEST_IBANS {
            let turned = format!("{}{}", &account.iban[4..], &account.iban[..4]);
            let rest = turned.chars().fold(0, |rest, letter| {
                let value = letter.to_digit(36).unwrap();
                (rest * if value < 10 { 10 } else { 100 } + value) % 97
            });
            assert_eq!(rest, 1, "{}", account.iban);
        }
    }

    #[test]
    fn reads_what_is_typed() {
        let debit = read_iban("de89 3704 0044 0532 0130 00").unwrap();
        assert_eq!((debit.last4.as_str(), debit.bank_code.as_deref()), ("3000", Some("37040044")));
        assert!(read_iban("DE89370400440532013009").is_err() && read_iban(" ").is_err());
    }
}
