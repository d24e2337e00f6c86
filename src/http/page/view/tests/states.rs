//! Every page in every state.

use super::super::*;
use super::samples::*;
use crate::domain::{cancellation::Kind, entitlement::Source};
use crate::text::Markup;

/// Every page in every state, by a name that is fit for a file.
pub(super) fn every_page() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let mut add = |name: &str, html: String| pages.push((name.to_owned(), html));
    campaigns(&mut add);
    joining(&mut add);
    signing_in(&mut add);
    welcomes(&mut add);
    accounts(&mut add);
    cancelling(&mut add);
    rest(&mut add);
    pages
}

fn campaigns(add: &mut impl FnMut(&str, String)) {
    let reached = CampaignState::Reached { at: at("2026-12-19T12:00:00Z") };
    let ended = |outcome, final_figure_at| CampaignState::Ended { outcome, final_figure_at };
    let later = Chrome { now: at("2027-01-04T09:00:00Z"), ..chrome() };
    let live_open = Counter { ends_at: None, ..counter(12_345, CampaignState::Live) };
    let live_early = Counter { start_count: 9_000, milestones: Vec::new(), ..counter(12_345, CampaignState::Live) };
    let met = Counter { settling: 31, ..counter(25_012, ended(Outcome::Met, Some(at("2027-01-14T12:00:00Z")))) };
    let everybody = Counter { who: Who::AllMembers, settling: 3, ..counter(24_601, CampaignState::Live) };
    let past_stretch = Counter { stretch_goals: Vec::new(), ..counter(26_040, reached) };
    add(
        "campaign-upcoming",
        campaign(counter(24_120, CampaignState::Upcoming))
            .render(&Chrome { now: at("2026-09-20T09:00:00Z"), ..chrome() }),
    );
    add("campaign-live", campaign(live_early).render(&chrome()));
    add("campaign-live-open-ended", campaign(Counter { start_count: 0, ..live_open }).render(&chrome()));
    add("campaign-nearly", campaign(counter(24_601, CampaignState::Live)).render(&chrome()));
    add("campaign-everybody-settling", campaign(everybody).render(&chrome()));
    add("campaign-reached", campaign(counter(25_340, reached)).render(&chrome()));
    add("campaign-reached-dropped", campaign(counter(24_998, reached)).render(&chrome()));
    add("campaign-past-stretch", campaign(past_stretch).render(&chrome()));
    add("campaign-ended-met", campaign(met).render(&later));
    add("campaign-ended-missed", campaign(counter(24_812, ended(Outcome::Missed, None))).render(&later));
    let member = |counted| Some(MemberGreeting { counted, former: false });
    let greeted = CampaignPage { member: member(true), ..campaign(counter(24_601, CampaignState::Live)) };
    add("campaign-member", greeted.render(&signed_in()));
    let uncounted = CampaignPage { member: member(false), ..campaign(counter(24_601, CampaignState::Live)) };
    add("campaign-signed-in", uncounted.render(&signed_in()));
    let former = Some(MemberGreeting { counted: false, former: true });
    let left = CampaignPage { member: former, ..campaign(counter(24_601, CampaignState::Live)) };
    add("campaign-former", left.render(&signed_in()));
}

fn joining(add: &mut impl FnMut(&str, String)) {
    add("join", join().render(&chrome()));
    let fixed = JoinPage {
        email: "olena@example.org".to_owned(),
        email_fixed: true,
        chosen_price: "prc_2".to_owned(),
        ..join()
    };
    add("join-signed-in", fixed.render(&signed_in()));
    let faulty = JoinPage {
        email: "olena@".to_owned(),
        faults: vec![fault("email", "malformed"), fault("price", "unknown")],
        ..join()
    };
    add("join-faults", faulty.render(&chrome()));
    let (give, gift) =
        (JoinPage { occasion: Occasion::Give, ..join_own() }, JoinPage { occasion: Occasion::Gift, ..join() });
    add("give", give.render(&chrome()));
    add("join-own", join_own().render(&chrome()));
    add("gift", gift.render(&chrome()));
    let faulty = JoinPage {
        faults: ["recipient", "on", "from", "message", "email"].map(|field| fault(field, "malformed")).to_vec(),
        ..gift
    };
    add("gift-faults", faulty.render(&chrome()));
    let mut faulty = join_own();
    faulty.faults = vec![fault("own-prc_1", "malformed"), fault("email", "malformed")];
    if let Some(own) = &mut faulty.plans[0].prices[0].own {
        own.fault = Some("Choose €3 or more.".to_owned());
    }
    add("join-own-faults", faulty.render(&chrome()));
    redeeming(add);
    for (name, notice) in [
        ("runs", JoinNotice::Runs { plan_title: "Supporter".to_owned(), until: at("2027-02-01T00:00:00Z") }),
        ("declined", JoinNotice::Declined),
        ("cancelled", JoinNotice::Cancelled),
        ("expired", JoinNotice::Expired),
        ("unavailable", JoinNotice::Unavailable),
    ] {
        let page = JoinPage { notice: Some(notice), email: "olena@example.org".to_owned(), ..join() };
        add(&format!("join-{name}"), page.render(&chrome()));
    }
    let already = AlreadyMemberPage { plan_title: "Supporter".to_owned(), return_to: carried().return_to };
    add("already-member", already.render(&signed_in()));
}

fn redeeming(add: &mut impl FnMut(&str, String)) {
    let page = RedeemPage { email: Some("olena@example.org".to_owned()), ..RedeemPage::default() };
    add("gift-redeem-stranger", RedeemPage::default().render(&chrome()));
    add("gift-redeem", page.render(&signed_in()));
    let faults = vec![fault("code", "gift_unknown")];
    add("gift-redeem-faults", RedeemPage { faults, ..page.clone() }.render(&signed_in()));
    let opened = Some(("Supporter".to_owned(), at("2026-11-23T09:00:00Z"), at("2027-11-23T09:00:00Z")));
    add("gift-redeem-opened", RedeemPage { opened, ..page }.render(&signed_in()));
}

fn cancelling(add: &mut impl FnMut(&str, String)) {
    let typed = TypedDeclaration {
        kind: "ordinary".to_owned(),
        name: "Olena Reader".to_owned(),
        email: "olena@example.org".to_owned(),
        ..TypedDeclaration::default()
    };
    let plans = vec!["Supporter".to_owned(), "Patron".to_owned()];
    let page = CancelPage { typed: typed.clone(), days: days(), plans, faults: Vec::new() };
    add("cancel", page.render(&chrome()));
    let faults = ["kind", "name", "email", "on", "reason"].map(|field| fault(field, "missing")).to_vec();
    add("cancel-faults", CancelPage { faults, ..page }.render(&chrome()));
    for (name, kind) in [("cancel-check", Kind::Ordinary), ("withdraw-check", Kind::Withdrawal)] {
        let declaration = declaration(kind);
        let check = CancelCheckPage { typed: typed.clone(), declaration, key: "k".to_owned() };
        add(name, check.render(&chrome()));
    }
    let done = CancelDonePage {
        email: typed.email,
        declaration: declaration(Kind::ForCause),
        received_at: at("2026-11-23T09:00:00Z"),
        reference: "D4E5-F607".to_owned(),
    };
    add("cancel-done", done.render(&chrome()));
}

fn signing_in(add: &mut impl FnMut(&str, String)) {
    add("sign-in", SignInPage::default().render(&chrome()));
    let faulty = SignInPage {
        email: "olena".to_owned(),
        carried: carried(),
        faults: vec![fault("email", "malformed")],
        notice_code: Some("sign_in_required".to_owned()),
    };
    add("sign-in-fault", faulty.render(&chrome()));
    let code = CodePage { masked_email: "o…@example.org".to_owned(), valid_minutes: 15, ..CodePage::default() };
    add("code", code.clone().render(&chrome()));
    for (name, fault) in [
        ("wrong", CodeFault::Wrong { tries_left: 3 }),
        ("malformed", CodeFault::Malformed),
        ("expired", CodeFault::Expired),
        ("used", CodeFault::Used),
        ("other-browser", CodeFault::OtherBrowser),
        ("too-many", CodeFault::TooMany),
    ] {
        let page = CodePage { fault: Some(fault), resent: name == "wrong", ..code.clone() };
        add(&format!("code-{name}"), page.render(&chrome()));
    }
    let ready = LinkState::Ready { token: "tok".to_owned(), code: Some("481207".to_owned()) };
    for (name, state) in [
        ("ready", ready),
        ("same-browser", LinkState::Ready { token: "tok".to_owned(), code: None }),
        ("expired", LinkState::Expired),
        ("used", LinkState::Used),
        ("unknown", LinkState::Unknown),
    ] {
        let page = LinkPage { state, masked_email: Some("o…@example.org".to_owned()) };
        add(&format!("link-{name}"), page.render(&chrome()));
    }
    add(
        "sign-out",
        SignOutPage { email: "olena@example.org".to_owned(), return_to: None, token_minutes: 10 }.render(&signed_in()),
    );
    add("signed-out", SignedOutPage { token_minutes: 10 }.render(&chrome()));
}

fn welcomes(add: &mut impl FnMut(&str, String)) {
    for (name, state) in [
        ("paid", WelcomeState::Paid { count: Some(24_601) }),
        ("paid-no-campaign", WelcomeState::Paid { count: None }),
        ("not-signed-in", WelcomeState::PaidNotSignedIn),
        ("duplicate", WelcomeState::Duplicate),
        ("pending", WelcomeState::Pending),
        ("settling", WelcomeState::Settling),
        ("settling-sign-in", WelcomeState::SettlingNotSignedIn),
        ("given", WelcomeState::Given),
        ("given-settling", WelcomeState::GivenSettling),
        ("gift-settling", WelcomeState::GiftSettling),
        ("disputed", WelcomeState::Disputed),
        ("sent-back", WelcomeState::SentBack),
        ("declined", WelcomeState::Declined),
        ("cancelled", WelcomeState::Cancelled),
        ("expired", WelcomeState::Expired),
    ] {
        let page = WelcomePage {
            state,
            return_to: (name != "settling").then(|| "http://127.0.0.1:8081/stories/cannery".to_owned()),
            email: Some("olena@gmial.com".to_owned()),
            carried: carried(),
            occasion: Occasion::Join,
        };
        let signed = matches!(state, WelcomeState::Paid { .. } | WelcomeState::Settling);
        add(&format!("welcome-{name}"), page.render(&Chrome { signed_in: signed, ..chrome() }));
    }
}

fn accounts(add: &mut impl FnMut(&str, String)) {
    let later = at("2026-12-23T09:00:00Z");
    for (name, state) in [
        ("active", MembershipState::Active { next_payment_at: later, amount_minor: None }),
        ("ending", MembershipState::Ending { ends_at: later }),
        ("past-due", MembershipState::PastDue { grace_until: later }),
        ("trial", MembershipState::Trial { ends_at: later }),
        ("paused", MembershipState::Paused { until: Some(later) }),
        ("paused-closed", MembershipState::Paused { until: None }),
        ("suspended", MembershipState::Suspended),
        ("given", MembershipState::Given { source: Source::Comp, from: None, until: None }),
        (
            "given-until",
            MembershipState::Given { source: Source::Offline, from: None, until: Some(at("2027-02-01T00:00:00Z")) },
        ),
        (
            "given-later",
            MembershipState::Given {
                source: Source::Gift,
                from: Some(at("2027-01-23T09:00:00Z")),
                until: Some(at("2027-11-23T09:00:00Z")),
            },
        ),
        ("settling", MembershipState::Settling),
        ("ended", MembershipState::Ended { at: at("2026-11-20T09:00:00Z") }),
    ] {
        add(&format!("account-{name}"), account(state).render(&signed_in()));
    }
    let active = account(MembershipState::Active { next_payment_at: later, amount_minor: None });
    for (name, notice) in [
        ("signed-in", AccountNotice::SignedIn),
        ("asked", AccountNotice::AddressAsked { email: "olena@example.net".to_owned() }),
        ("changed", AccountNotice::AddressChanged),
        ("portal", AccountNotice::PortalUnavailable),
        ("already", AccountNotice::AlreadyMember),
    ] {
        let page = AccountPage { notice: Some(notice), name: Some("Olena Tkach".to_owned()), ..active.clone() };
        add(&format!("account-notice-{name}"), page.render(&signed_in()));
    }
    for (name, state) in
        [("ready", LinkState::Ready { token: "tok".to_owned(), code: None }), ("used", LinkState::Used)]
    {
        let page = ConfirmAddressPage { state, new_email: Some("olena@example.net".to_owned()) };
        add(&format!("confirm-{name}"), page.render(&chrome()));
    }
    account_parts(add, &active, later);
    histories(add, &active, later);
}

fn account_parts(add: &mut impl FnMut(&str, String), active: &AccountPage, later: jiff::Timestamp) {
    let mut approval = account(MembershipState::PastDue { grace_until: later });
    approval.memberships[0].approve_url = Some("http://127.0.0.1:8082/i/1?a=1&b=2".to_owned());
    add("account-approval", approval.render(&signed_in()));
    let faulty = AccountPage {
        faults: vec![fault("email", "malformed")],
        typed_email: "olena@".to_owned(),
        pending_email: Some("olena@example.net".to_owned()),
        ..active.clone()
    };
    add("account-fault", faulty.render(&signed_in()));
    let empty = AccountPage { memberships: Vec::new(), history: Vec::new(), ..active.clone() };
    add("account-empty", empty.render(&signed_in()));
}

/// What an account tells of the past.
fn histories(add: &mut impl FnMut(&str, String), active: &AccountPage, later: jiff::Timestamp) {
    let lone = HistoryLine { plan_title: String::new(), ..active.history[0].clone() };
    let paid = AccountPage { history: vec![lone], ..active.clone() }.render(&signed_in());
    assert!(paid.contains("You paid €7."), "a sum without a plan");
    add("account-history-paid", paid);
    let changes = [MembershipChange::Refunded, MembershipChange::Duplicate].into_iter();
    let changes = news().into_iter().map(|news| MembershipChange::News(Box::new(news))).chain(changes);
    let history = changes.map(|change| HistoryLine { change, ..active.history[0].clone() }).collect();
    add("account-history", AccountPage { history, ..active.clone() }.render(&signed_in()));
    let day = at("2026-12-24T00:00:00Z");
    let gifts = [
        GiftState::Settling,
        GiftState::Waiting { send_at: None },
        GiftState::Waiting { send_at: Some(day) },
        GiftState::Sent { at: day, redeem_until: later },
        GiftState::Redeemed { at: day },
        GiftState::Expired { at: day },
        GiftState::TakenBack,
    ];
    let recipients = [Some("niece@example.org".to_owned()), None];
    let gifts = gifts.into_iter().zip(recipients.into_iter().cycle()).zip([12, 1].into_iter().cycle());
    let gifts = gifts.map(|((state, recipient), months)| GivenGift {
        plan_title: "Supporter".to_owned(),
        months,
        recipient,
        state,
    });
    add("account-gifts", AccountPage { gifts: gifts.collect(), ..active.clone() }.render(&signed_in()));
}

fn rest(add: &mut impl FnMut(&str, String)) {
    for (status, code) in [(404, "not_found"), (400, "invalid_input"), (429, "rate_limited"), (503, "internal")] {
        let faults = if status == 400 { vec![fault("price", "unknown")] } else { Vec::new() };
        let retry_after_seconds = (status == 429).then_some(936);
        let request_id = "req_01jd".to_owned();
        let page = ProblemPage { status, code: code.to_owned(), faults, request_id, retry_after_seconds };
        add(&format!("problem-{code}"), page.render(&chrome()));
    }
    let body = Markup::trusted(
        "<p>The code that was typed is older than 15 minutes.</p><h2>What to do</h2><p>Ask for a new one.</p>"
            .to_owned(),
    );
    add("document", DocumentPage { title: "code_expired".to_owned(), body }.render(&chrome()));
    add("mailbox-empty", MailListPage { items: Vec::new() }.render(&chrome()));
    let other =
        MailSummary { code: None, subject: "You’re in: thank you, from The Harbour Ledger".to_owned(), ..mail() };
    add("mailbox", MailListPage { items: vec![mail(), other] }.render(&chrome()));
    let one = MailPage {
        summary: mail(),
        text: "Type this code where you began:\n\n    481 207\n".to_owned(),
        links: vec!["http://localhost:8080/sign-in/link?t=abc".to_owned()],
    };
    add("mail", one.render(&chrome()));
    let plain = Chrome { dev: None, base_path: "/members".to_owned(), ..chrome() };
    add("production-nearly", campaign(counter(24_601, CampaignState::Live)).render(&plain));
    add("production-join", join().render(&plain));
}
