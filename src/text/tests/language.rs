//! Languages: chosen, fallen back from, and safe to put on a page.

use crate::text::{Library, Texts};

#[test]
fn the_best_language_is_chosen_and_nonsense_is_english() {
    let library = Library::shared();
    for header in ["", "en", "en-GB,en;q=0.8", "xx, *;q=0.1", "\u{0}\u{1}, ;;;q=, en;q=2", "de;q=0, fr;q=abc"] {
        assert_eq!(library.negotiate(header).tag(), "en", "{header:?}");
    }
    assert!(library.find("en").is_some());
    assert!(library.find("tlh").is_none());
}

#[test]
fn another_language_writes_its_own_way_and_borrows_the_rest() {
    let french = Texts::parse(
        "fr",
        "format-thousands = { \"\u{202f}\" }\nformat-decimal = ,\nformat-money = { $amount }\u{a0}{ $symbol }\n\
         counter-remaining = encore { $remaining }\nplace-europe-lisbon = à Lisbonne\n",
    )
    .expect("a language");
    assert_eq!(french.say("counter-remaining").with("remaining", 24_601).text(), "encore 24\u{202f}601");
    assert_eq!(french.money(123_450, "EUR"), "1\u{202f}234,50\u{a0}€");
    assert_eq!(french.say("nav-sign-in").text(), "Sign in");
    let lisbon = jiff::tz::TimeZone::get("Europe/Lisbon").expect("a zone");
    assert_eq!(french.place(&lisbon), "à Lisbonne");
}

#[test]
fn a_faulty_file_loses_its_faulty_texts_only() {
    let texts = Texts::parse("pt", "nav-sign-in = Entrar\nbroken = { $\n").expect("a language");
    assert_eq!(texts.say("nav-sign-in").text(), "Entrar");
    assert!(Texts::parse("not a language", "a = b").is_none());
}

#[test]
fn values_are_escaped_in_markup_and_left_alone_in_text() {
    let texts = Library::shared().english();
    let phrase = || texts.say("code-standfirst").with("email", "<b>&\"'</b>");
    assert!(phrase().markup().as_str().contains("<b>&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;</b>"));
    assert!(phrase().text().contains("<b>&\"'</b>"));
}

#[test]
fn plural_forms_follow_the_number() {
    let texts = Library::shared().english();
    let words = |settling: i64| texts.say("counter-settling").with("settling", settling).text();
    assert_eq!(words(1), "One more payment is settling and not counted yet.");
    assert_eq!(words(1_200), "1,200 more payments are settling and not counted yet.");
}

#[test]
#[should_panic(expected = "no-such-key")]
fn a_missing_text_is_found_by_tests() {
    let _ = Library::shared().english().say("no-such-key").text();
}
