//! Sums and numbers.

use proptest::prelude::*;

use crate::text::Library;

fn money(amount_minor: i64, currency: &str) -> String {
    Library::shared().english().money(amount_minor, currency)
}

#[test]
fn sums_are_written_as_english_writes_them() {
    for (minor, currency, words) in [
        (700, "EUR", "€7"),
        (750, "EUR", "€7.50"),
        (705, "eur", "€7.05"),
        (123_456_700, "EUR", "€1,234,567"),
        (0, "EUR", "€0"),
        (-700, "GBP", "−£7"),
        (-5, "USD", "−$0.05"),
        (700, "JPY", "¥700"),
        (7_000, "KWD", "KWD\u{a0}7"),
        (7_005, "KWD", "KWD\u{a0}7.005"),
        (9_900, "SEK", "SEK\u{a0}99"),
    ] {
        assert_eq!(money(minor, currency), words);
    }
}

#[test]
fn lists_end_in_or() {
    let texts = Library::shared().english();
    let list = |words: &[&str]| texts.list_or(&words.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(list(&[]), "");
    assert_eq!(list(&["card"]), "card");
    assert_eq!(list(&["card", "PayPal"]), "card or PayPal");
    assert_eq!(list(&["card", "Apple Pay", "bank debit"]), "card, Apple Pay or bank debit");
}

proptest! {
    #[test]
    fn a_sum_keeps_all_its_digits(minor in i64::MIN..=i64::MAX) {
        let digits: String = money(minor, "EUR").chars().filter(char::is_ascii_digit).collect();
        let cents = minor.unsigned_abs() % 100;
        let expected = if cents == 0 { (minor.unsigned_abs() / 100).to_string() } else { minor.unsigned_abs().to_string() };
        // Below one euro the nought before the point is added.
        let expected = if minor.unsigned_abs() < 100 && cents > 0 { format!("0{cents:02}") } else { expected };
        prop_assert_eq!(digits, expected);
        prop_assert_eq!(money(minor, "EUR").starts_with('−'), minor < 0);
    }

    #[test]
    fn a_number_has_a_comma_every_three_digits(number in 0..=9_007_199_254_740_992_i64) {
        let written = Library::shared().english().number(number);
        let groups: Vec<&str> = written.split(',').collect();
        prop_assert!(groups[1..].iter().all(|group| group.len() == 3));
        prop_assert_eq!(groups.concat(), number.to_string());
    }
}
