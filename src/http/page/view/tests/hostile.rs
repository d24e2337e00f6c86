//! Whatever is in a name, a title or an address, the page says it and does not obey it.

use proptest::prelude::*;
use scraper::{Html, Selector};

use super::samples::{at, campaign, carried, chrome, counter, join, lisbon, signed_in};
use crate::http::page::view::*;

/// Text made of what breaks out of HTML, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("\" onmouseover=\"alert(1)".to_owned()),
        Just("'><img src=x onerror=alert(1)>".to_owned()),
        Just("</title></textarea></style>".to_owned()),
        Just("&lt;b&gt;&amp;".to_owned()),
        Just("{ $count } { \"x\" }".to_owned()),
        "\\PC{0,12}",
    ];
    proptest::collection::vec(pieces, 1..5).prop_map(|pieces| pieces.concat())
}

/// The page holds no element or attribute that the template did not make.
fn holds(html: &str, plain: &str) -> Result<(), TestCaseError> {
    let (page, model) = (Html::parse_document(html), Html::parse_document(plain));
    let everything = Selector::parse("*").expect("a selector");
    let shape = |page: &Html| -> Vec<(String, Vec<String>)> {
        page.select(&everything)
            .map(|element| {
                let mut names: Vec<String> = element.value().attrs().map(|(name, _)| name.to_owned()).collect();
                names.sort();
                (element.value().name().to_owned(), names)
            })
            .collect()
    };
    prop_assert_eq!(shape(&page), shape(&model));
    Ok(())
}

fn campaign_with(text: &str) -> String {
    let mut page = campaign(counter(24_601, CampaignState::Live));
    page.title = text.to_owned();
    page.pitch = format!("x{text}");
    page.counter.milestones[0].title = text.to_owned();
    page.counter.stretch_goals[0].title = text.to_owned();
    page.counting.offset = Some(Offset {
        count: 1,
        at: at("2026-10-01T08:00:00Z"),
        author: text.to_owned(),
        reason: text.to_owned(),
        stale: false,
    });
    let mut chrome = chrome();
    chrome.theme.newsroom = text.to_owned();
    chrome.theme.tagline = format!("x{text}");
    page.render(&chrome)
}

fn join_with(text: &str) -> String {
    let mut page = join();
    page.email = text.to_owned();
    page.plans[0].title = text.to_owned();
    page.plans[1].description = text.to_owned();
    page.plans[0].prices[0].id = text.to_owned();
    page.chosen_price = "prc_2".to_owned();
    page.carried = CarriedOver { return_to: Some(text.to_owned()), ..carried() };
    page.carried.attribution = vec![(text.to_owned(), text.to_owned())];
    page.render(&chrome())
}

fn small_pages_with(text: &str) -> Vec<String> {
    let text = || text.to_owned();
    let code = CodePage {
        masked_email: text(),
        carried: CarriedOver { site: Some(text()), ..carried() },
        ..CodePage::default()
    };
    let state = LinkState::Ready { token: text(), code: Some(text()) };
    let summary =
        MailSummary { id: text(), to: text(), subject: text(), at: at("2026-11-23T09:00:00Z"), code: Some(text()) };
    vec![
        code.render(&chrome()),
        LinkPage { state: state.clone(), masked_email: Some(text()) }.render(&chrome()),
        ConfirmAddressPage { state, new_email: Some(text()) }.render(&chrome()),
        WelcomePage {
            state: WelcomeState::Settling,
            return_to: Some(text()),
            email: Some(text()),
            carried: carried(),
            occasion: Occasion::Join,
        }
        .render(&signed_in()),
        MailListPage { items: vec![summary.clone()] }.render(&Chrome { time_zone: lisbon(), ..chrome() }),
        MailPage { summary, text: text(), links: vec![text()] }.render(&chrome()),
        SignOutPage { email: text(), return_to: Some(text()), token_minutes: 10 }.render(&signed_in()),
    ]
}

fn widgets_with(text: &str) -> Vec<String> {
    let fragment = |variant: Variant| {
        let mut counter = counter(24_601, CampaignState::Live);
        counter.slug = text.to_owned();
        counter.milestones[0].title = text.to_owned();
        Fragment {
            counter,
            as_of: at("2026-11-23T09:00:00Z"),
            join_url: text.to_owned(),
            account_url: text.to_owned(),
            variant,
            scheme: None,
            for_member: variant == Variant::Text,
            inline_style: false,
            opens_on_top: true,
        }
    };
    let mut chrome = chrome();
    chrome.theme.newsroom = text.to_owned();
    let mut pages = vec![EmbedPage { title: text.to_owned(), fragment: fragment(Variant::Bar) }.render(&chrome)];
    pages.extend([Variant::Bar, Variant::Compact, Variant::Text].map(|variant| fragment(variant).render(&chrome)));
    pages
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn hostile_values_add_no_element_and_no_attribute(text in hostile()) {
        holds(&campaign_with(&text), &campaign_with("plain"))?;
        holds(&join_with(&text), &join_with("plain"))?;
        for (html, plain) in widgets_with(&text).iter().zip(widgets_with("plain")) {
            holds(html, &plain)?;
        }
        for (html, plain) in small_pages_with(&text).iter().zip(small_pages_with("plain")) {
            holds(html, &plain)?;
        }
    }
}

#[test]
fn hostile_values_are_still_said() {
    let html = campaign_with("<script>alert(1)</script>");
    assert!(html.contains("&#60;script&#62;alert(1)&#60;/script&#62;") || html.contains("&lt;script&gt;"));
    assert!(!html.contains("<script>alert"));
}
