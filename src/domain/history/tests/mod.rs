//! Examples of the rule; a whole life is in `tests/api/history.rs`.

mod annals;

use self::annals::{Annals, Nines, day, mirror, open, paid, snapshot, told};
use super::*;
use crate::domain::{
    id::PriceMoveId,
    money::Money,
    news::Then,
    payment::{Card, Collecting, Dispute, DisputeStatus, InvoiceLine},
};

#[test]
fn what_is_seen_again_is_nothing_new() {
    let mut annals = Annals::new();
    let active = snapshot(Status::Active, vec![paid(0)]);
    assert_eq!(annals.see(&active, 0), told(&["~sub_1:joined"]));
    assert_eq!(annals.see(&active, 1), told(&[]));
    let renewed = snapshot(Status::Active, vec![paid(30), paid(0)]);
    assert_eq!(annals.see(&renewed, 30), told(&["in_30:paid"]));
    assert_eq!(annals.see(&renewed, 31), told(&[]));
}

#[test]
fn what_is_first_seen_late_comes_to_the_same_history() {
    let mut annals = Annals::new();
    let ended = SubscriptionSnapshot {
        canceled_at: Some(day(40)),
        ended_at: Some(day(60)),
        ..snapshot(Status::Canceled, vec![paid(0), paid(30)])
    };
    let keys = ["~sub_1:joined", "in_30:paid", "~sub_1:end_arranged:1803456000", "sub_1:ended"];
    assert_eq!(annals.see(&ended, 70), told(&keys));
}

#[test]
fn a_failure_is_told_thrice_and_the_end_of_its_time_ends_the_membership() {
    let mut annals = Annals::new();
    annals.see(&snapshot(Status::Active, vec![paid(0)]), 0);
    let late = snapshot(Status::PastDue, vec![paid(0), open(30)]);
    let facts = annals.facts(&late, 30);
    let due: Vec<_> = facts.iter().map(|fact| (fact.key.as_str(), fact.due_at)).collect();
    let wanted = [
        ("in_30:failed:1", day(30)),
        ("in_30:failed:2", day(37)),
        ("in_30:failed:3", day(42)),
        ("in_30:lapsed", day(44)),
    ];
    assert_eq!(due, wanted);
    annals.see(&late, 30);
    let waiting = || annals.past.iter().filter(|notice| notice.outcome.is_none());
    assert!(waiting().all(|notice| still_holds(notice, &mirror(&late))), "while it is owed");
    let recovered = snapshot(Status::Active, vec![paid(0), paid(30)]);
    assert!(!waiting().any(|notice| still_holds(notice, &mirror(&recovered))), "not once it is paid");
    assert_eq!(annals.see(&recovered, 35), told(&["in_30:recovered", "~in_30:paid"]));
}

#[test]
fn after_an_outage_only_the_last_of_three_mails_goes_out() {
    let mut annals = Annals::new();
    annals.see(&snapshot(Status::Active, vec![paid(0)]), 0);
    let late = snapshot(Status::PastDue, vec![paid(0), open(30)]);
    let keys = ["~in_30:failed:1", "in_30:failed:2", "~in_30:failed:3", "~in_30:lapsed"];
    assert_eq!(annals.see(&late, 38), told(&keys));
}

#[test]
fn an_end_by_a_missing_payment_is_told_once() {
    let invoices = || vec![paid(0), InvoiceSnapshot { status: InvoiceStatus::Dead, ..open(30) }];
    let ended = SubscriptionSnapshot {
        canceled_at: Some(day(45)),
        ended_at: Some(day(45)),
        ..snapshot(Status::Canceled, invoices())
    };
    let mut annals = Annals::new();
    annals.see(&snapshot(Status::PastDue, vec![paid(0), open(30)]), 30);
    let cause = |facts: Vec<Fact>| match facts.as_slice() {
        [Fact { news: News::Ended { cause, .. }, .. }] => Some(*cause),
        _ => None,
    };
    assert_eq!(cause(annals.facts(&ended, 45)), Some(EndCause::Unpaid), "the gateway ended it");
    for notice in annals.past.iter_mut().filter(|notice| notice.key == "in_30:lapsed") {
        notice.outcome = Some(Outcome::Told);
    }
    assert_eq!(annals.facts(&ended, 45), [], "its time was over before");
}

#[test]
fn a_first_debit_that_fails_is_told_once() {
    let mut annals = Annals::new();
    let coming = InvoiceSnapshot { collecting: Collecting::Settling, ..open(0) };
    assert_eq!(annals.see(&snapshot(Status::Active, vec![coming.clone()]), 0), told(&[]));
    let failed = snapshot(Status::PastDue, vec![open(0)]);
    let facts = annals.facts(&failed, 4);
    let is_told =
        |fact: &Fact| matches!(&fact.news, News::FirstPaymentFailed { receipt } if receipt.amount_minor == 700);
    assert!(facts.len() == 1 && is_told(&facts[0]), "{facts:?}");
    assert_eq!(annals.see(&failed, 4), told(&["in_0:failed:1"]));
    assert_eq!(annals.see(&failed, 9), told(&[]), "tried again and failed again");
    let ended = SubscriptionSnapshot { ended_at: Some(day(20)), ..snapshot(Status::Canceled, vec![open(0)]) };
    assert!(annals.see(&ended, 20).iter().all(|(_, is_told)| !is_told), "there was nothing that could end");

    let again = snapshot(Status::PastDue, vec![coming]);
    assert_eq!(Annals::new().facts(&again, 4), [], "another try is on its way");
}

#[test]
fn a_payment_to_approve_leads_to_its_page() {
    let mut annals = Annals::new();
    annals.see(&snapshot(Status::Active, vec![paid(0)]), 0);
    let waits = InvoiceSnapshot { collecting: Collecting::NeedsApproval, ..open(30) };
    let facts = annals.facts(&snapshot(Status::PastDue, vec![paid(0), waits]), 30);
    assert!(matches!(&facts[0].news, News::NeedsApproval { pay_url, .. } if pay_url == "https://pay.example/in"));
}

#[test]
fn a_switch_is_another_rate_and_not_another_title() {
    let mut annals = Annals::new();
    let active = snapshot(Status::Active, vec![paid(0)]);
    annals.see(&active, 0);
    annals.receipt.plan = "Friend".to_owned();
    assert_eq!(annals.see(&active, 1), told(&[]), "the newsroom renamed the plan");
    annals.receipt.amount_minor = 900;
    let bill = InvoiceSnapshot { reason: Some("subscription_update".to_owned()), ..paid(2) };
    let switched = snapshot(Status::Active, vec![paid(0), bill]);
    let facts = annals.facts(&switched, 3);
    let [Fact { key, news: News::Switched { from, to, paid_minor }, at, .. }] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!((key.as_str(), *paid_minor, *at), ("sub_1:switched:0", Some(700), day(2)));
    assert_eq!((from.amount_minor, to.amount_minor), (700, 900));
    annals.see(&switched, 3);
    assert_eq!(annals.see(&switched, 4), told(&[]));
    annals.receipt.amount_minor = 700;
    assert_eq!(annals.see(&switched, 5), told(&["sub_1:switched:1"]), "and back");
}

#[test]
fn a_move_by_the_newsroom_is_told_once_and_is_no_switch() {
    let mut annals = Annals::new();
    let active = snapshot(Status::Active, vec![paid(0)]);
    annals.see(&active, 0);
    let by = |number| MovedBy { id: PriceMoveId::mint(day(number), &Nines), takes_hold: TakesHold::Renewal };
    let moved = |number| SubscriptionSnapshot { moved_by: Some(by(number)), ..active.clone() };
    annals.receipt.amount_minor = 900;
    let facts = annals.facts(&moved(1), 1);
    let [Fact { key, news: News::PriceMoved { from, to, at_once: false }, .. }] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!((key.as_str(), from.amount_minor, to.amount_minor), (&*format!("sub_1:moved:{}", by(1).id), 700, 900));
    annals.see(&moved(1), 1);
    assert_eq!(annals.see(&moved(1), 2), told(&[]), "seen again");
    annals.receipt.amount_minor = 1_100;
    assert_eq!(annals.see(&moved(1), 3), told(&["sub_1:switched:0"]), "the member switched afterwards");
    assert_eq!(annals.see(&moved(2), 4).len(), 1, "a move that only the tax tells of is told too");
}

#[test]
fn arranging_the_end_moving_it_and_taking_it_back_are_one_line_each() {
    let mut annals = Annals::new();
    let active = snapshot(Status::Active, vec![paid(0)]);
    annals.see(&active, 0);
    let at = |days| SubscriptionSnapshot { cancel_at: Some(day(days)), canceled_at: Some(day(1)), ..active.clone() };
    assert_eq!(annals.see(&at(30), 1), told(&["sub_1:end_arranged:1800086400"]));
    assert_eq!(annals.see(&at(30), 2), told(&[]));
    assert_eq!(annals.see(&at(60), 3).len(), 1, "another day");
    assert_eq!(annals.see(&at(60), 4), told(&[]));
    assert_eq!(annals.see(&active, 5).len(), 1, "taken back");
    assert_eq!(annals.see(&active, 6), told(&[]));
}

#[test]
fn who_declared_the_end_on_our_page_was_told_there() {
    let mut annals = Annals::new();
    let active = snapshot(Status::Active, vec![paid(0)]);
    annals.see(&active, 0);
    let ending = SubscriptionSnapshot { cancel_at: Some(day(30)), canceled_at: Some(day(1)), ..active };
    let of = mirror(&ending);
    let story = Story { declared: Some(cancellation::State::Arranged), ..annals.story(&ending, &of, 1) };
    assert_eq!(story.facts().iter().map(|fact| fact.is_quiet).collect::<Vec<_>>(), [true]);
}

#[test]
fn a_pause_and_its_end_are_a_line_each() {
    let mut annals = Annals::new();
    let active = snapshot(Status::Active, vec![paid(0)]);
    annals.see(&active, 0);
    let paused = SubscriptionSnapshot { collection_paused: true, ..active.clone() };
    assert!(matches!(&annals.facts(&paused, 1)[0].news, News::Paused { open_until: Some(at), .. } if *at == day(30)));
    assert_eq!([annals.see(&paused, 1).len(), annals.see(&paused, 2).len()], [1, 0]);
    assert_eq!([annals.see(&active, 3).len(), annals.see(&active, 4).len()], [1, 0]);
}

#[test]
fn a_dispute_is_opened_and_decided_and_a_question_is_none() {
    let disputed = |status| {
        let dispute = Dispute { gateway_id: "dp_1".to_owned(), status, amount_minor: 700, opened_at: day(1) };
        snapshot(Status::Active, vec![InvoiceSnapshot { disputes: vec![dispute], ..paid(0) }])
    };
    let mut annals = Annals::new();
    annals.see(&snapshot(Status::Active, vec![paid(0)]), 0);
    assert_eq!(annals.see(&disputed(DisputeStatus::Inquiry), 1), told(&[]));
    assert_eq!(annals.see(&disputed(DisputeStatus::Open), 2), told(&["dp_1:opened"]));
    assert!(is_disputed(&annals.past));
    let facts = annals.facts(&disputed(DisputeStatus::Lost), 3);
    assert!(matches!(facts[0].news, News::DisputeLost { then: Then::Ends, .. }));
    assert_eq!(annals.see(&disputed(DisputeStatus::Won), 3), told(&["dp_1:won"]));
    assert!(!is_disputed(&annals.past));
    let mut late = Annals::new();
    let keys = ["~sub_1:joined", "~dp_1:opened", "dp_1:won"];
    assert_eq!(late.see(&disputed(DisputeStatus::Won), 3), told(&keys), "one mail, for the end of it");
}

#[test]
fn a_card_is_told_of_a_month_before_and_void_when_another_takes_its_place() {
    let with = |exp_month, cancel_at| SubscriptionSnapshot {
        card: Some(Card { brand: "visa".to_owned(), last4: "4242".to_owned(), exp_year: 2027, exp_month }),
        cancel_at,
        ..snapshot(Status::Active, vec![paid(0)])
    };
    let mut annals = Annals::new();
    let facts = annals.facts(&with(3, None), 0);
    let card = facts.iter().find(|fact| fact.key == "sub_1:card:4242:2027-03").unwrap();
    assert_eq!(card.due_at, Moment::parse("2027-03-02T00:00:00Z").unwrap());
    assert_eq!(annals.facts(&with(3, Some(day(30))), 0).len(), 1, "nothing more is taken from it");
    annals.see(&with(3, None), 0);
    let of = mirror(&with(6, None));
    assert!(annals.story(&with(3, None), &of, 1).voided().is_empty());
    let replaced = with(6, None);
    assert_eq!(annals.story(&replaced, &of, 1).voided(), [("sub_1:card:4242:2027-03", Outcome::Dropped)]);
}

#[test]
fn a_trial_is_told_of_before_it_ends_and_its_first_payment_has_a_receipt() {
    let free = InvoiceSnapshot {
        paid: Money { amount_minor: 0, ..paid(0).paid },
        lines: vec![InvoiceLine { amount_minor: 0, from: day(0), until: day(14) }],
        ..paid(0)
    };
    let trial = SubscriptionSnapshot { trial_until: Some(day(14)), ..snapshot(Status::Trialing, vec![free.clone()]) };
    let mut annals = Annals::new();
    let facts = annals.facts(&trial, 0);
    let when: Vec<_> = facts.iter().map(|fact| (fact.due_at, fact.is_quiet)).collect();
    assert_eq!(when, [(day(0), true), (day(11), false)]);
    annals.see(&trial, 0);
    let ending = annals.past.iter().find(|notice| notice.outcome.is_none()).unwrap();
    assert!(still_holds(ending, &mirror(&trial)));
    let cancelled = SubscriptionSnapshot { cancel_at: Some(day(14)), ..trial.clone() };
    assert!(!still_holds(ending, &mirror(&cancelled)));
    let paying = SubscriptionSnapshot { trial_until: Some(day(14)), ..snapshot(Status::Active, vec![free, paid(14)]) };
    assert_eq!(annals.see(&paying, 14), told(&["sub_1:joined"]), "and no renewal");
}
