//! A made-up newsroom and its pages, in every state.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::*;
use crate::domain::cancellation::{Declaration, Kind};
use crate::domain::{
    mail::Receipt,
    news::{EndCause, News, Payment, Then},
    time::Moment,
};
use crate::text::{Library, Theme};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().expect("a sample's time is written right")
}

pub(super) fn lisbon() -> TimeZone {
    TimeZone::get("Europe/Lisbon").expect("the zone is bundled")
}

pub(super) fn theme() -> Theme {
    Theme {
        newsroom: "The Harbour Ledger".to_owned(),
        tagline: "News of Saltmarsh Quay and the coast".to_owned(),
        home_url: "http://127.0.0.1:8081/".to_owned(),
        contact_email: Some("members@ledger.example".to_owned()),
        accent: "#0b5c6b".parse().expect("a colour"),
    }
}

pub(super) fn chrome() -> Chrome {
    Chrome {
        texts: Library::shared().english(),
        theme: theme(),
        time_zone: lisbon(),
        now: at("2026-11-23T09:00:00Z"),
        base_path: String::new(),
        canonical_url: "http://localhost:8080/".to_owned(),
        signed_in: false,
        dev: Some(DevBand {
            mailbox_path: "/dev/mail".to_owned(),
            sandbox_url: "http://127.0.0.1:8082".to_owned(),
            is_stripe: false,
            paper_url: "http://127.0.0.1:8081".to_owned(),
            clock_moved: false,
        }),
    }
}

pub(super) fn signed_in() -> Chrome {
    Chrome { signed_in: true, ..chrome() }
}

pub(super) fn counter(count: i64, state: CampaignState) -> Counter {
    Counter {
        slug: "25000-members".to_owned(),
        state,
        who: Who::PayingMembers,
        count,
        settling: 0,
        goal: 25_000,
        nearly: count * 10 >= 25_000 * 9,
        start_count: 24_120,
        starts_at: at("2026-09-30T23:00:00Z"),
        ends_at: Some(at("2027-01-01T00:00:00Z")),
        time_zone: lisbon(),
        milestones: vec![
            Milestone {
                count: 24_500,
                title: "The Saturday ferry column comes back.".to_owned(),
                reached_at: Some(at("2026-11-02T12:00:00Z")),
            },
            Milestone {
                count: 24_750,
                title: "A second reporter at the harbour board.".to_owned(),
                reached_at: (count >= 24_750).then(|| at("2026-12-02T12:00:00Z")),
            },
        ],
        stretch_goals: vec![StretchGoal { goal: 27_000, title: "A desk of our own in the county town.".to_owned() }],
        from_price: Some(price(700, Interval::Month)),
        version: 17,
    }
}

pub(super) fn price(amount_minor: i64, interval: Interval) -> Price {
    Price { amount_minor, currency: "EUR".to_owned(), interval }
}

pub(super) fn campaign(counter: Counter) -> CampaignPage {
    CampaignPage {
        title: "25,000 members by the end of the year".to_owned(),
        pitch: "The Ledger has no owner but its readers. When the cannery closed, four of us sat in the council \
                chamber for eleven nights, because somebody had to write down who said what.\n\nThat work is paid for by \
                people who read it. With 25,000 of them we can keep a reporter at the harbour board, at the district \
                court, and on the boats, all year and without asking anybody’s leave."
            .to_owned(),
        counter,
        counting: Counting {
            net: true,
            joined_only: false,
            sources: vec![Source::Subscription, Source::Gift, Source::Offline, Source::External],
            offset: Some(Offset {
                count: 24_600,
                at: at("2026-10-01T08:00:00Z"),
                author: "Marta Reis".to_owned(),
                reason: "still billed by the old system".to_owned(),
                stale: true,
            }),
        },
        member: None,
        as_of: at("2026-11-23T09:00:00Z"),
    }
}

pub(super) fn join() -> JoinPage {
    let choice = |id: &str, minor, interval, saving_minor| PriceChoice {
        id: id.to_owned(),
        price: price(minor, interval),
        saving_minor,
        tax: Tax::Inside,
        own: None,
        opens_months: None,
        is_proposed: true,
    };
    JoinPage {
        occasion: Occasion::Join,
        others: vec![],
        gift: TypedGift::default(),
        currencies: vec!["EUR".to_owned()],
        plans: vec![
            PlanChoice {
                slug: "supporter".to_owned(),
                title: "Supporter".to_owned(),
                description: "Every story, on paper’s terms: no advertising, no limit.".to_owned(),
                prices: vec![
                    choice("prc_1", 700, Interval::Month, None),
                    choice("prc_2", 7000, Interval::Year, Some(1400)),
                ],
            },
            PlanChoice {
                slug: "patron".to_owned(),
                title: "Patron".to_owned(),
                description: "The same, and the second reporter’s train tickets.".to_owned(),
                prices: vec![
                    choice("prc_3", 1500, Interval::Month, None),
                    choice("prc_4", 15_000, Interval::Year, Some(3000)),
                ],
            },
        ],
        chosen_price: "prc_1".to_owned(),
        email: String::new(),
        email_fixed: false,
        counter: Some(counter(24_601, CampaignState::Live)),
        carried: carried(),
        today: jiff::civil::date(2026, 11, 23),
        notice: None,
        faults: Vec::new(),
    }
}

/// Where the first plan's first price is any amount.
pub(super) fn join_own() -> JoinPage {
    let mut page = join();
    let own = OwnAmount {
        field: "own-prc_1".to_owned(),
        minimum_minor: 300,
        maximum_minor: None,
        typed: String::new(),
        fault: None,
    };
    page.plans[0].prices[0].own = Some(own);
    page
}

pub(super) fn carried() -> CarriedOver {
    CarriedOver {
        site: Some("demo-paper".to_owned()),
        return_to: Some("http://127.0.0.1:8081/stories/cannery?x=1&y=2".to_owned()),
        campaign: Some("25000-members".to_owned()),
        article: Some("http://127.0.0.1:8081/stories/cannery".to_owned()),
        attribution: vec![("utm_source".to_owned(), "letter".to_owned())],
    }
}

pub(super) fn account(state: MembershipState) -> AccountPage {
    let line = |time: &str, change, minor: Option<i64>| HistoryLine {
        at: at(time),
        change,
        plan_title: "Supporter".to_owned(),
        price: minor.map(|minor| price(minor, Interval::Month)),
    };
    AccountPage {
        number: 24_601,
        name: None,
        email: "olena@example.org".to_owned(),
        pending_email: None,
        typed_email: String::new(),
        typed_amount: String::new(),
        memberships: vec![Membership {
            plan_title: "Supporter".to_owned(),
            price: Some(price(700, Interval::Month)),
            state,
            own_amount: None,
            has_portal: true,
            approve_url: None,
        }],
        history: vec![
            line("2026-11-23T09:00:00Z", MembershipChange::Paid, Some(700)),
            line(
                "2026-11-23T09:00:00Z",
                MembershipChange::News(Box::new(News::Joined { receipt: receipt(700), payment: None })),
                None,
            ),
        ],
        gifts: Vec::new(),
        years: vec!["2026".to_owned()],
        notice: None,
        faults: Vec::new(),
    }
}

/// A payment as history and mail tell it.
pub(super) fn receipt(amount_minor: i64) -> Receipt {
    Receipt {
        plan: "Supporter".to_owned(),
        amount_minor,
        currency: "EUR".to_owned(),
        interval: crate::domain::plan::Interval::Month,
        next_payment_at_millis: None,
        next_payment_minor: None,
    }
}

/// One of each kind of news that is a line of the history.
pub(super) fn news() -> Vec<News> {
    let (receipt, at) = (receipt(700), Moment::parse("2026-12-23T09:00:00Z").expect("a time"));
    let patron = Receipt { plan: "Patron".to_owned(), amount_minor: 1_500, ..receipt.clone() };
    let receipt_of_nine = Receipt { amount_minor: 900, ..receipt.clone() };
    let pay_url = "http://127.0.0.1:8082/i/1".to_owned();
    let payment = Payment { paid_at: at, tax_minor: 0 };
    let own = || receipt.clone();
    let news = vec![
        News::TrialStarted { receipt: own(), free_until: at },
        News::TrialEnding { receipt: own(), free_until: at },
        News::Joined { receipt: own(), payment: None },
        News::Recovered { receipt: own(), payment },
        News::PaymentFailed { receipt: own(), reminder: 1, open_until: at },
        News::FirstPaymentFailed { receipt: own() },
        News::GiftTakenBack { receipt: own() },
        News::RightEnding { receipt: own(), until: at },
        News::RightEnded { receipt: own(), until: at },
        News::NeedsApproval { receipt: own(), open_until: at, pay_url },
        News::CardExpiring { receipt: own(), last4: "4242".to_owned(), expires_at: at },
        News::Switched { from: own(), to: patron, paid_minor: Some(400) },
        News::PriceMoved { from: own(), to: receipt_of_nine, at_once: false },
        News::EndArranged { receipt: own(), ends_at: at },
        News::Resumed { receipt: own() },
        News::Paused { receipt: own(), open_until: Some(at) },
        News::Unpaused { receipt: own() },
        News::RefundFailed { receipt: own() },
        News::DisputeOpened { receipt: own() },
        News::DisputeWon { receipt: own() },
        News::DisputeLost { receipt: own(), then: Then::Ends },
        News::CustomerDeleted,
        News::Ended { receipt: own(), ended_at: at, cause: EndCause::Cancelled },
        News::Ended { receipt: own(), ended_at: at, cause: EndCause::Unpaid },
    ];
    assert!(news.iter().all(News::is_line));
    news
}

pub(super) fn days() -> (jiff::civil::Date, jiff::civil::Date) {
    (jiff::civil::date(2026, 11, 23), jiff::civil::date(2031, 11, 23))
}

pub(super) fn declaration(kind: Kind) -> Declaration {
    Declaration {
        kind,
        name: "Olena Reader".to_owned(),
        membership: Some("Supporter".to_owned()),
        on: Some(jiff::civil::date(2026, 12, 31)),
        reason: Some("I move abroad.".to_owned()),
    }
}

pub(super) fn fault(field: &str, code: &str) -> FieldFault {
    FieldFault { field: field.to_owned(), message: Library::shared().english().field_fault(code) }
}

pub(super) fn mail() -> MailSummary {
    MailSummary {
        id: "mail_1".to_owned(),
        to: "olena@example.org".to_owned(),
        subject: "Sign in to The Harbour Ledger".to_owned(),
        at: at("2026-11-23T09:00:00Z"),
        code: Some("481207".to_owned()),
    }
}
