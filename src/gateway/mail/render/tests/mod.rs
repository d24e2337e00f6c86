//! Every mail: complete in both parts, deaf to hostile values, silent towards the network.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use scraper::{Html, Selector};

use super::*;
use crate::domain::{
    cancellation::{Declaration, Kind, Request, State},
    gift::Note,
    id::{CancellationId, PersonId},
    mail::{FirstPaid, GiftTo, Receipt},
    news::{EndCause, News, Payment, Then},
    time::Moment,
};
use crate::text::{Interval, Library, Price, Theme};

const LINK: &str = "http://localhost:8080/sign-in/link?t=abc&u=1";

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn head(newsroom: &str) -> Letterhead {
    Letterhead {
        texts: Library::shared().english(),
        theme: Theme {
            newsroom: newsroom.to_owned(),
            tagline: String::new(),
            contact_email: None,
            home_url: "http://127.0.0.1:8081/".to_owned(),
            accent: "#0b5c6b".parse().expect("a colour"),
        },
        time_zone: jiff::tz::TimeZone::get("Europe/Lisbon").expect("a zone"),
        now: at("2026-11-23T09:00:00Z"),
        base_url: "http://localhost:8080".to_owned(),
    }
}

fn price() -> Price {
    Price { amount_minor: 700, currency: "EUR".to_owned(), interval: Interval::Month }
}

/// A declaration with this text wherever somebody may type.
fn cancellation(text: &str, state: State) -> CancellationMail {
    let now = crate::domain::time::Moment::parse("2026-11-23T09:00:00Z").expect("a time");
    let typed = || Some(text.to_owned());
    let declaration =
        Declaration { kind: Kind::Ordinary, name: text.to_owned(), membership: typed(), on: None, reason: typed() };
    let request = Request {
        id: CancellationId::mint(now, &Nines),
        person_id: PersonId::mint(now, &Nines),
        declaration,
        received_at: now,
        answered: true,
        state,
        subscription_id: None,
        ends_at: Some(now.plus_seconds(864_000)),
    };
    CancellationMail { email: "olena@example.org".to_owned(), request }
}

fn offline_end(plan: &str, has_ended: bool) -> OfflineEndMail {
    OfflineEndMail { plan_title: plan.to_owned(), until: at("2026-12-01T00:00:00Z"), has_ended }
}

struct Nines;

impl crate::domain::entropy::Entropy for Nines {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(9);
    }
}

/// Every kind of mail, with this text wherever somebody else may write.
fn every_mail(text: &str) -> Vec<(&'static str, RenderedMail)> {
    let head = head(text);
    let (link, code, plan_title) = (LINK.to_owned(), "481207".to_owned(), text.to_owned());
    let welcome = WelcomeMail {
        plan_title: plan_title.clone(),
        price: price(),
        paid_at: at("2026-11-23T09:00:00Z"),
        next_payment_at: Some(at("2026-12-23T09:00:00Z")),
        next_payment_minor: None,
        paid: Some(FirstPaid { amount_minor: 350, tax_minor: 56 }),
        number: 24_607,
        count: Some(24_601),
        return_to: Some("http://127.0.0.1:8081/stories/cannery?x=1&y=2".to_owned()),
        free_until: None,
    };
    let once = WelcomeMail { next_payment_at: None, count: None, return_to: None, ..welcome.clone() };
    let paid = PaidSignInMail {
        link: link.clone(),
        code: code.clone(),
        valid_minutes: 15,
        plan_title: plan_title.clone(),
        price: price(),
    };
    let trial = WelcomeMail { free_until: Some(at("2026-12-07T09:00:00Z")), ..welcome.clone() };
    // A break that the giver typed is a break.
    let line = text.replace("\r\n", " ");
    let note = Note { from: Some(text.to_owned()), message: Some(format!("{line}\nAlways.\n\n{line}")) };
    let gift = GiftMail {
        plan: text.to_owned(),
        months: 12,
        code: "7ZQK-93FM-0C2X-V8TD".to_owned(),
        redeem_until: at("2029-11-23T15:33:00Z"),
        note,
        to: GiftTo::Reader,
        is_reminder: false,
    };
    let mut mails = vec![
        ("gift", gift.render(&head)),
        ("gift-nameless", GiftMail { note: Note::default(), months: 1, ..gift.clone() }.render(&head)),
        ("gift-giver", GiftMail { to: GiftTo::Giver, ..gift.clone() }.render(&head)),
        ("gift-reminder", GiftMail { is_reminder: true, ..gift }.render(&head)),
        ("sign-in", SignInMail { link: link.clone(), code, valid_minutes: 15 }.render(&head)),
        ("paid-sign-in", paid.render(&head)),
        ("paid-late", PaidLateMail { plan_title: plan_title.clone(), price: price() }.render(&head)),
        ("welcome", welcome.render(&head)),
        ("welcome-once", once.render(&head)),
        ("welcome-trial", trial.render(&head)),
        ("confirm-address", ConfirmAddressMail { link, valid_minutes: 60 }.render(&head)),
        ("address-changed", AddressChangedMail { masked_new_email: text.to_owned() }.render(&head)),
        ("offline-ends", offline_end(text, false).render(&head)),
        ("offline-ended", offline_end(text, true).render(&head)),
        ("cancellation-arranged", cancellation(text, State::Arranged).render(&head)),
        ("cancellation-withdrawn", cancellation(text, State::Withdrawn).render(&head)),
        ("cancellation-unmatched", cancellation(text, State::Unmatched).render(&head)),
        ("duplicate", DuplicateRefundedMail { plan_title, refunded: price() }.render(&head)),
    ];
    mails.extend(every_news(text).into_iter().map(|(name, news)| (name, MembershipMail { news }.render(&head))));
    mails
}

/// Every piece of news that mail tells.
fn every_news(plan: &str) -> Vec<(&'static str, News)> {
    let moment = |text: &str| Moment::parse(text).expect("a time");
    let (open_until, day) = (moment("2026-12-07T09:00:00Z"), moment("2026-12-23T09:00:00Z"));
    let next_payment_at_millis = Some(day.millis());
    let (plan, currency) = (plan.to_owned(), "EUR".to_owned());
    let receipt = || Receipt {
        plan: plan.clone(),
        amount_minor: 700,
        currency: currency.clone(),
        interval: crate::domain::plan::Interval::Month,
        next_payment_at_millis,
        next_payment_minor: None,
    };
    let payment = Payment { paid_at: moment("2026-11-23T09:00:00Z"), tax_minor: 112 };
    let failed = |reminder| News::PaymentFailed { receipt: receipt(), reminder, open_until };
    let pay_url = "http://localhost:8082/i/in_1/x?a=1&b=2".to_owned();
    let refunded = |then| News::Refunded { receipt: receipt(), then };
    let ended = |cause| News::Ended { receipt: receipt(), ended_at: day, cause };
    let year = Receipt { amount_minor: 7_000, interval: crate::domain::plan::Interval::Year, ..receipt() };
    let nine = Receipt { amount_minor: 900, ..receipt() };
    vec![
        ("trial-ending", News::TrialEnding { receipt: receipt(), free_until: day }),
        ("trial-paid", News::Joined { receipt: receipt(), payment: Some(payment) }),
        ("renewed", News::Renewed { receipt: receipt(), payment }),
        ("recovered", News::Recovered { receipt: receipt(), payment }),
        ("payment-failed", failed(1)),
        ("payment-failed-2", failed(2)),
        ("payment-failed-3", failed(3)),
        ("first-payment-failed", News::FirstPaymentFailed { receipt: receipt() }),
        ("payment-approval", News::NeedsApproval { receipt: receipt(), open_until, pay_url }),
        ("card-expiring", News::CardExpiring { receipt: receipt(), last4: "4242".to_owned(), expires_at: day }),
        ("switched", News::Switched { from: receipt(), to: year, paid_minor: Some(6_300) }),
        ("price-moved", News::PriceMoved { from: receipt(), to: nine.clone(), at_once: false }),
        ("price-moved-now", News::PriceMoved { from: receipt(), to: nine, at_once: true }),
        ("end-arranged", News::EndArranged { receipt: receipt(), ends_at: day }),
        ("resumed", News::Resumed { receipt: receipt() }),
        ("paused", News::Paused { receipt: receipt(), open_until: Some(day) }),
        ("paused-closed", News::Paused { receipt: receipt(), open_until: None }),
        ("unpaused", News::Unpaused { receipt: receipt() }),
        ("refunded-whole", refunded(Then::Ends)),
        ("refunded-part", refunded(Then::GoesOn)),
        ("refunded-once", refunded(Then::Nothing)),
        ("refund-failed", News::RefundFailed { receipt: receipt() }),
        ("dispute-opened", News::DisputeOpened { receipt: receipt() }),
        ("dispute-won", News::DisputeWon { receipt: receipt() }),
        ("dispute-lost", News::DisputeLost { receipt: receipt(), then: Then::Ends }),
        ("ended", ended(EndCause::Cancelled)),
        ("ended-unpaid", ended(EndCause::Unpaid)),
    ]
}

#[test]
fn mails_about_money_say_sums_days_and_the_way_on() {
    let mails = ours();
    let text = |name: &str| mails.iter().find(|(one, _)| *one == name).map(|(_, mail)| &mail.text).expect(name);
    for (name, lines) in [
        ("renewed", vec!["Amount: €7", "Of it, tax: €1.12", "Paid on: 23 November 2026", "Next payment: 23 December"]),
        ("payment-failed", vec!["€7", "Until 7 December everything stays open", "http://localhost:8080/account"]),
        ("payment-failed-2", vec!["€7", "Until 7 December", "http://localhost:8080/account"]),
        ("payment-failed-3", vec!["€7", "Until 7 December", "http://localhost:8080/account"]),
        ("payment-approval", vec!["€7", "Until 7 December", "http://localhost:8082/i/in_1/x?a=1&b=2"]),
        ("trial-ending", vec!["free for you until 23 December", "€7 a month", "http://localhost:8080/account"]),
        ("welcome-trial", vec!["Free until: 7 December", "Nothing is taken now"]),
        ("card-expiring", vec!["ending in 4242", "the end of December 2026"]),
        ("switched", vec!["(€7 a month)", "(€70 a year)", "Paid for the change: €63", "Next payment: 23 December"]),
        ("price-moved", vec!["(€7 a month)", "(€9 a month)", "Next payment: 23 December", "you can cancel"]),
        ("price-moved-now", vec!["settles the difference"]),
        ("end-arranged", vec!["Until 23 December everything stays open", "nothing more is taken"]),
        ("paused", vec!["open to you until 23 December"]),
        ("refunded-whole", vec!["€7", "ends with it"]),
        ("refunded-part", vec!["€7", "goes on as it was"]),
        ("dispute-opened", vec!["€7", "is closed"]),
        ("ended", vec!["on 23 December", "http://localhost:8080/join"]),
        ("ended-unpaid", vec!["did not arrive", "http://localhost:8080/account"]),
    ] {
        for line in lines {
            assert!(text(name).contains(line), "{line} is not in {name}:\n{}", text(name));
        }
    }
    assert!(!text("welcome-trial").contains("Paid on"), "{}", text("welcome-trial"));
    assert!(!text("refunded-once").contains("membership ends"), "{}", text("refunded-once"));
}

fn ours() -> Vec<(&'static str, RenderedMail)> {
    every_mail("The Harbour Ledger")
}

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

#[test]
fn both_parts_are_whole_and_are_written_to_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    for (name, mail) in ours() {
        let page = Html::parse_document(&mail.html);
        assert!(page.errors.is_empty(), "{name}: {:?}", page.errors);
        assert!(mail.text.trim_end().ends_with("http://127.0.0.1:8081/"), "{name}: {}", mail.text);
        assert!(!mail.text.contains("&#") && !mail.text.contains("&amp;"), "{name} escapes its text part");
        assert!(!mail.text.contains('<'), "{name} has markup in its text part: {}", mail.text);
        fs::write(folder.join(format!("letter-{name}.html")), &mail.html).expect("the target folder can be written");
        fs::write(folder.join(format!("letter-{name}.txt")), format!("Subject: {}\n\n{}", mail.subject, mail.text))
            .expect("the target folder can be written");
    }
}

#[test]
fn link_and_code_are_in_both_parts_and_the_code_in_the_preview() {
    let mails = ours();
    for (name, mail) in mails.iter().filter(|(name, _)| name.ends_with("sign-in")) {
        assert!(mail.text.contains(LINK) && mail.text.contains("481 207"), "{name}: {}", mail.text);
        let page = Html::parse_document(&mail.html);
        assert!(select(&page, "a").iter().any(|link| link.attr("href") == Some(LINK)), "{name}");
        let preview: String = select(&page, "body > div")[0].text().collect();
        assert!(preview.starts_with("Your code is 481 207. It works for 15 minutes."), "{name}: {preview}");
        assert!(!mail.subject.contains("481"), "a code in the subject is read over shoulders");
    }
}

#[test]
fn the_receipt_says_what_was_paid_and_what_comes() {
    let mails = ours();
    let (_, mail) = mails.iter().find(|(name, _)| *name == "welcome").expect("the receipt");
    for line in [
        "You’re in. There are 24,601 of us now.",
        "Amount: €7 a month",
        "Paid on: 23 November 2026",
        "Next payment: 23 December",
        "Member no.: 24,607",
        "http://localhost:8080/account",
        "http://127.0.0.1:8081/stories/cannery?x=1&y=2",
    ] {
        assert!(mail.text.contains(line), "{line} is not in\n{}", mail.text);
    }
    let (_, once) = mails.iter().find(|(name, _)| *name == "welcome-once").expect("the receipt");
    assert!(!once.text.contains("Next payment") && !once.html.contains("Next payment"));
}

#[test]
fn mails_load_nothing() {
    for (name, mail) in ours() {
        let page = Html::parse_document(&mail.html);
        let loading = select(&page, "img, script, link, iframe, object, video, audio, form, [src], [background]");
        assert!(loading.is_empty(), "{name}");
        assert!(!mail.html.contains("url("), "{name}");
        assert!(mail.html.contains("prefers-color-scheme: dark"), "{name}");
    }
}

#[test]
fn hostile_values_are_said_and_not_obeyed() {
    let hostile = "<script>alert(1)</script>\r\nBcc: x@example.org\"'><img src=x>";
    for ((name, mail), (_, model)) in every_mail(hostile).iter().zip(every_mail("plain")) {
        assert!(!mail.subject.contains(['\r', '\n']), "{name}: {:?}", mail.subject);
        let count = |html: &str| select(&Html::parse_document(html), "*").len();
        assert_eq!(count(&mail.html), count(&model.html), "{name}");
    }
}
