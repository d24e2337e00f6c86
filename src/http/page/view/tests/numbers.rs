//! The numbers and words that a reader sees in each state.

use scraper::{Html, Selector};

use super::samples::{account, at, campaign, chrome, counter, join, join_own, signed_in};
use crate::http::page::view::*;

/// The words of the first element, spaces made single.
fn words(html: &str, selector: &str) -> String {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).expect("a selector");
    let text: String = page.select(&selector).next().expect("the element is there").text().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn attribute(html: &str, selector: &str, name: &str) -> String {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).next().and_then(|element| element.attr(name)).expect("the attribute is there").to_owned()
}

#[test]
fn nearly_there_what_is_missing_leads() {
    let html = campaign(counter(24_601, CampaignState::Live)).render(&chrome());
    assert_eq!(words(&html, ".counter-lead"), "399 to go.");
    assert_eq!(
        words(&html, ".counter-sentence"),
        "24,601 readers pay for this newsroom. Help us reach 25,000 by 31 December, midnight in Lisbon."
    );
    assert_eq!(words(&html, ".bar-labels"), "24,120 on 1 October 25,000");
    // (24,601 − 24,120) of (25,000 − 24,120)
    assert_eq!(attribute(&html, "[data-fill]", "width"), "54.66%");
    assert_eq!(attribute(&html, ".bar-tick-reached", "x1"), "43.18%");
    assert_eq!(attribute(&html, "svg[role=img]", "aria-label"), "24,601 of 25,000 members");
}

#[test]
fn far_away_the_count_leads() {
    let html = campaign(counter(12_345, CampaignState::Live)).render(&chrome());
    assert_eq!(words(&html, ".counter-lead"), "12,345 of 25,000 members");
    assert_eq!(attribute(&html, "[data-fill]", "width"), "0.00%", "fewer than on the first day is an empty bar");
}

#[test]
fn the_first_member_of_a_campaign_is_seen_on_the_bar() {
    let html = campaign(counter(24_121, CampaignState::Live)).render(&chrome());
    assert_eq!(attribute(&html, "[data-fill]", "width"), "0.60%", "one of 880 would be thinner than a hair");
    assert_eq!(attribute(&html, "meta[name=description]", "content"), "879 to go: 24,121 of 25,000 members so far.");
}

#[test]
fn past_the_goal_the_bar_holds_it_and_the_words_change() {
    let reached = CampaignState::Reached { at: at("2026-12-19T12:00:00Z") };
    let html = campaign(counter(25_340, reached)).render(&chrome());
    assert_eq!(words(&html, ".counter-lead"), "25,340 members");
    assert_eq!(attribute(&html, ".bar-goal", "x1"), "30.56%");
    assert!(words(&html, ".counter-sentence").contains("25,000 reached on 19 December"));

    let dropped = campaign(counter(24_998, reached)).render(&chrome());
    assert!(words(&dropped, ".counter-sentence").starts_with("Reached on 19 December. 24,998 today"));
}

#[test]
fn the_end_says_what_is_still_settling() {
    let state = CampaignState::Ended { outcome: Outcome::Met, final_figure_at: Some(at("2027-01-14T12:00:00Z")) };
    let page = campaign(Counter { settling: 31, ..counter(25_012, state) });
    let html = page.render(&Chrome { now: at("2027-01-04T09:00:00Z"), ..chrome() });
    assert!(html.contains("31 payments are still settling; final figure on 14 January."), "{html}");
    assert_eq!(attribute(&html, "[data-counter]", "data-moving"), "false");
}

#[test]
fn the_rule_names_the_offset_and_that_nobody_has_looked() {
    let html = campaign(counter(24_601, CampaignState::Live)).render(&chrome());
    assert!(html.contains(
        "24,600 members are counted from another list: still billed by the old system (Marta Reis, 1 October 2026)."
    ));
    assert!(html.contains("That figure has not been checked since 1 October 2026."));
}

#[test]
fn the_button_and_the_promise_say_each_price() {
    let html = join().render(&chrome());
    assert_eq!(words(&html, "button .offer-1"), "Become a member for €7 a month");
    assert_eq!(words(&html, "button .offer-4"), "Become a member for €150 a year");
    assert_eq!(
        words(&html, ".promise .offer-1"),
        "€7 today, then €7 on the 23rd of each month. VAT included. Cancel any time, no call needed. You pay on Stripe’s own page."
    );
    assert!(words(&html, ".promise .offer-2").starts_with("€70 today, then €70 every year on 23 November."));
    assert!(html.contains("saves €14 a year"));
    let late = JoinPage { today: jiff::civil::date(2026, 1, 31), ..join() };
    assert!(
        words(&late.render(&chrome()), ".promise .offer-1").contains("on the 31st of each month, or on its last day")
    );
}

#[test]
fn an_amount_that_nobody_has_typed_yet_is_promised_in_words() {
    let promise = |interval, opens_months, today| {
        let mut page = JoinPage { today, ..join_own() };
        let choice = &mut page.plans[0].prices[0];
        (choice.price.interval, choice.opens_months) = (interval, opens_months);
        words(&page.render(&chrome()), ".promise .offer-1")
    };
    let (early, late) = (jiff::civil::date(2026, 11, 23), jiff::civil::date(2026, 11, 29));
    for (promised, said) in [
        (
            promise(Interval::Month, None, early),
            "The amount you choose today, then the same on the 23rd of each month. ",
        ),
        (
            promise(Interval::Month, None, late),
            "The amount you choose today, then the same on the 29th of each month, or on its last day. ",
        ),
        (
            promise(Interval::Year, None, early),
            "The amount you choose today, then the same every year on 23 November. ",
        ),
        (promise(Interval::Once, None, early), "The amount you choose today, and nothing after that. "),
        (promise(Interval::Once, Some(12), early), "The amount you choose today, for 12 months. It does not renew. "),
    ] {
        assert!(promised.starts_with(said), "{promised}");
        assert!(!promised.contains("Your amount"), "{promised}");
    }
}

#[test]
fn the_field_for_another_amount_stands_below_all_prices_of_its_plan() {
    let html = join_own().render(&chrome());
    let page = Html::parse_document(&html);
    let children = Selector::parse(".plan:first-of-type > *").expect("a selector");
    let classes: Vec<&str> = page.select(&children).filter_map(|element| element.attr("class")).collect();
    assert_eq!(classes, ["plan-description", "prices", "own own-1 field"]);
    assert!(html.find("value=\"prc_2\"") < html.find("name=\"own-prc_1\""), "{html}");
}

#[test]
fn the_days_of_a_gift_are_bounded_and_its_questions_grouped() {
    let page = JoinPage { occasion: Occasion::Gift, others: vec![Occasion::Give], ..join() };
    let html = page.render(&chrome());
    assert_eq!(attribute(&html, "input[type=date]", "min"), "2026-11-23");
    assert_eq!(attribute(&html, "input[type=date]", "max"), "2027-11-24");
    let parsed = Html::parse_document(&html);
    let headings = Selector::parse("form h2").expect("a selector");
    let headings: Vec<String> = parsed.select(&headings).map(|heading| heading.text().collect()).collect();
    assert_eq!(headings, ["What you give", "For whom", "From you"]);
    let ways = Selector::parse("ul.ways li a").expect("a selector");
    assert_eq!(parsed.select(&ways).count(), 3, "one list of other ways");
}

#[test]
fn the_foot_says_where_to_write_if_the_newsroom_does() {
    let mut chrome = chrome();
    let foot = |chrome: &Chrome| words(&join().render(chrome), ".foot");
    assert!(foot(&chrome).contains("Write to us: members@ledger.example"), "{}", foot(&chrome));
    assert_eq!(attribute(&join().render(&chrome), "a[href^=mailto]", "href"), "mailto:members@ledger.example");
    chrome.theme.contact_email = Some("a?b%c@ledger.example".to_owned());
    assert_eq!(attribute(&join().render(&chrome), "a[href^=mailto]", "href"), "mailto:a%3Fb%25c@ledger.example");
    chrome.theme.contact_email = None;
    assert!(!foot(&chrome).contains("Write to us"), "{}", foot(&chrome));
}

#[test]
fn the_form_takes_along_where_the_reader_came_from() {
    let html = join().render(&chrome());
    for (name, value) in [("site", "demo-paper"), ("campaign", "25000-members"), ("utm_source", "letter")] {
        assert_eq!(attribute(&html, &format!("input[type=hidden][name={name}]"), "value"), value);
    }
    assert_eq!(
        attribute(&html, "input[name=return_to]", "value"),
        "http://127.0.0.1:8081/stories/cannery?x=1&y=2",
        "the address survives escaping"
    );
    assert_eq!(attribute(&html, "input[type=radio][checked]", "value"), "prc_1");
}

#[test]
fn the_account_says_what_comes_next() {
    let next = |state| words(&account(state).render(&signed_in()), ".facts div:last-child");
    let at = at("2027-01-23T09:00:00Z");
    let active = |amount_minor| MembershipState::Active { next_payment_at: at, amount_minor };
    assert_eq!(next(active(None)), "Next payment 23 January 2027");
    assert_eq!(next(active(Some(350))), "Next payment €3.50 on 23 January 2027");
    let mut priceless = account(active(Some(350)));
    priceless.memberships[0].price = None;
    let said = words(&priceless.render(&signed_in()), ".facts div:last-child");
    assert_eq!(said, "Next payment 23 January 2027", "no sum without its currency");
    assert_eq!(next(active(Some(0))), "Next payment On 23 January 2027 nothing is taken");
    assert_eq!(
        next(MembershipState::Ending { ends_at: at }),
        "Cancelled, ends on 23 January 2027. Nothing more is taken."
    );
}

#[test]
fn the_welcome_counts_the_reader_in() {
    let page = WelcomePage {
        state: WelcomeState::Paid { count: Some(24_601) },
        return_to: Some("http://127.0.0.1:8081/stories/cannery".to_owned()),
        email: None,
        carried: CarriedOver::default(),
        occasion: Occasion::Join,
    };
    let html = page.render(&signed_in());
    assert_eq!(words(&html, "h1"), "You’re in.");
    assert!(words(&html, ".standfirst").starts_with("There are 24,601 of us now"));
    assert_eq!(words(&html, ".action .button"), "Back to the story");
}

#[test]
fn an_address_is_corrected_by_its_signed_in_owner_alone() {
    let aside = |state| {
        let email = Some("olena@gmial.com".to_owned());
        let page =
            WelcomePage { state, return_to: None, email, carried: CarriedOver::default(), occasion: Occasion::Join };
        let html = page.render(&signed_in());
        Html::parse_document(&html)
            .select(&Selector::parse(".aside").expect("a selector"))
            .map(|element| element.text().collect::<String>())
            .collect::<String>()
    };
    let paid = WelcomeState::Paid { count: None };
    assert!(aside(paid).contains("We wrote to olena@gmial.com. Wrong? Correct it"));
    assert_eq!(aside(WelcomeState::PaidNotSignedIn), "We wrote to olena@gmial.com.");
    assert_eq!(aside(WelcomeState::Pending), "", "nothing has been written yet");
    let later = "We write to olena@gmial.com once your bank has paid. There is no mail before that.";
    for state in [WelcomeState::Settling, WelcomeState::GivenSettling, WelcomeState::GiftSettling] {
        assert_eq!(aside(state), format!("{later} Wrong? Correct it"), "{state:?}");
    }
    assert_eq!(aside(WelcomeState::SettlingNotSignedIn), later);
    assert_eq!(aside(WelcomeState::Disputed), "We wrote to olena@gmial.com.");
    assert_eq!(aside(WelcomeState::Declined), "");
}
