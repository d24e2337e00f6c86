//! Examples of the rule; its properties are in `tests/property/projection.rs`.

use super::*;
use crate::domain::{
    money::{Currency, Money},
    payment::{Dispute, DisputeStatus, InvoiceLine},
};

const DAY: i64 = DAY_MILLIS;
const SLACK: i64 = 72 * HOUR_MILLIS;

fn at(millis: i64) -> Moment {
    Moment::from_millis(millis)
}

fn line(amount_minor: i64, from: i64, until: i64) -> InvoiceLine {
    InvoiceLine { amount_minor, from: at(from), until: at(until) }
}

fn paid(from: i64, until: i64) -> InvoiceSnapshot {
    InvoiceSnapshot {
        gateway_id: format!("in_{from}"),
        status: InvoiceStatus::Paid,
        created_at: at(from),
        reason: None,
        paid: Money { amount_minor: 700, currency: Currency::parse("EUR").unwrap() },
        tax_minor: 0,
        remaining_minor: 0,
        refunded_minor: 0,
        disputes: Vec::new(),
        finalized_at: Some(at(from)),
        paid_at: Some(at(from + 1)),
        attempt_count: 1,
        next_attempt_at: None,
        collecting: Collecting::Waiting,
        hosted_url: None,
        lines: vec![line(700, from, until)],
    }
}

fn open(from: i64, finalized_at: i64) -> InvoiceSnapshot {
    let status = InvoiceStatus::Open;
    InvoiceSnapshot { status, finalized_at: Some(at(finalized_at)), paid_at: None, ..paid(from, from + 30 * DAY) }
}

fn disputed(status: DisputeStatus, invoice: InvoiceSnapshot) -> InvoiceSnapshot {
    let dispute = Dispute { gateway_id: "dp_1".to_owned(), status, amount_minor: 700, opened_at: at(1) };
    InvoiceSnapshot { disputes: vec![dispute], ..invoice }
}

fn subscription(status: Status, invoices: Vec<InvoiceSnapshot>) -> SubscriptionSnapshot {
    SubscriptionSnapshot {
        gateway_id: "sub_1".to_owned(),
        checkout_ref: None,
        gateway_price_id: "price_1".to_owned(),
        status,
        created_at: at(0),
        current_period_end: None,
        cancel_at: None,
        canceled_at: None,
        ended_at: None,
        trial_until: None,
        collection_paused: false,
        rate: None,
        card: None,
        moved_by: None,
        next_amount_minor: None,
        invoices,
    }
}

fn until(subscription: &SubscriptionSnapshot) -> Option<i64> {
    project(subscription, &Policy::default()).and_then(|right| right.window.until).map(Moment::millis)
}

#[test]
fn nothing_paid_gives_no_right_whatever_the_status_says() {
    for status in [Status::Active, Status::Trialing, Status::Incomplete, Status::PastDue, Status::Canceled] {
        assert_eq!(until(&subscription(status, vec![open(0, 0)])), None);
    }
}

#[test]
fn a_renewing_one_has_72_hours_of_slack_and_an_ending_one_has_none() {
    let renewing = subscription(Status::Active, vec![paid(0, 30 * DAY)]);
    assert_eq!(until(&renewing), Some(30 * DAY + SLACK));
    let ending = SubscriptionSnapshot { cancel_at: Some(at(30 * DAY)), ..renewing.clone() };
    assert_eq!(until(&ending), Some(30 * DAY));
    let paused = SubscriptionSnapshot { collection_paused: true, ..renewing };
    assert_eq!(until(&paused), Some(30 * DAY));
}

#[test]
fn a_failed_renewal_has_14_days_from_when_its_invoice_became_final() {
    let invoices = vec![paid(0, 30 * DAY), open(30 * DAY, 30 * DAY + HOUR_MILLIS)];
    let late = subscription(Status::PastDue, invoices.clone());
    let grace_until = 30 * DAY + HOUR_MILLIS + 14 * DAY;
    assert_eq!(until(&late), Some(grace_until));
    // Whether the gateway calls it unpaid sooner or later, the grace is as it was told.
    assert_eq!(until(&subscription(Status::Unpaid, invoices.clone())), Some(grace_until));
    let incomplete = subscription(Status::IncompleteExpired, invoices);
    assert_eq!(until(&incomplete), Some(30 * DAY));
}

#[test]
fn an_ending_that_is_seen_late_ends_the_right_when_it_came() {
    let ended = |days: i64, invoices: Vec<InvoiceSnapshot>| SubscriptionSnapshot {
        ended_at: Some(at(days * DAY)),
        ..subscription(Status::Canceled, invoices)
    };
    let failed = || vec![paid(0, 30 * DAY), open(30 * DAY, 30 * DAY)];
    assert_eq!(until(&ended(40, failed())), Some(40 * DAY), "within the grace");
    assert_eq!(until(&ended(60, failed())), Some(44 * DAY), "after it");
    assert_eq!(until(&ended(10, vec![paid(0, 30 * DAY)])), Some(30 * DAY), "what is paid stays");
    assert_eq!(until(&ended(31, vec![paid(0, 30 * DAY)])), Some(31 * DAY), "within the slack");
    assert_eq!(until(&ended(90, vec![paid(0, 30 * DAY)])), Some(30 * DAY + SLACK));
}

#[test]
fn a_card_that_never_paid_has_no_grace() {
    let trial = InvoiceSnapshot { paid: Money { amount_minor: 0, ..paid(0, 1).paid }, ..paid(0, 14 * DAY) };
    let trialing = subscription(Status::Trialing, vec![trial.clone()]);
    let right = project(&trialing, &Policy::default()).unwrap();
    assert_eq!((right.window.until, right.settled_at), (Some(at(14 * DAY + SLACK)), None));
    assert_eq!(until(&subscription(Status::PastDue, vec![trial, open(14 * DAY, 14 * DAY)])), Some(14 * DAY + SLACK));
}

#[test]
fn a_first_payment_on_its_way_gives_a_right_that_is_not_settled() {
    let settling = InvoiceSnapshot { collecting: Collecting::Settling, ..open(0, 0) };
    let right = project(&subscription(Status::Active, vec![settling.clone()]), &Policy::default()).unwrap();
    assert_eq!((right.window.until, right.paid_until, right.settled_at), (Some(at(30 * DAY)), None, None));
    assert_eq!(until(&subscription(Status::PastDue, vec![open(0, 0)])), None, "it failed");
    let renewal = InvoiceSnapshot { collecting: Collecting::Settling, ..open(30 * DAY, 30 * DAY) };
    assert_eq!(until(&subscription(Status::Active, vec![paid(0, 30 * DAY), renewal])), Some(44 * DAY));
}

#[test]
fn only_the_newest_stretch_going_back_whole_ends_the_billing() {
    let refunded = |from| InvoiceSnapshot { refunded_minor: 700, ..paid(from, from + 30 * DAY) };
    let one = |invoices| is_sent_back(&subscription(Status::Active, invoices));
    assert!(one(vec![refunded(0)]));
    assert!(one(vec![refunded(30 * DAY), paid(0, 30 * DAY)]));
    assert!(!one(vec![refunded(0), paid(30 * DAY, 60 * DAY)]), "an older one");
    assert!(!one(vec![InvoiceSnapshot { refunded_minor: 699, ..paid(0, 30 * DAY) }]), "a part of it");
    assert!(one(vec![disputed(DisputeStatus::Lost, paid(0, 30 * DAY))]), "a lost dispute");
    assert!(!one(vec![disputed(DisputeStatus::Open, paid(0, 30 * DAY))]), "one that may be won");
    let upgrade = InvoiceSnapshot { created_at: at(DAY), refunded_minor: 700, ..paid(DAY, 30 * DAY) };
    assert!(!one(vec![paid(0, 30 * DAY), upgrade]), "the upgrade alone");
    let free = InvoiceSnapshot { paid: Money { amount_minor: 0, ..paid(0, 1).paid }, ..paid(0, 30 * DAY) };
    assert!(!one(vec![free]) && !one(vec![open(0, 0)]) && !one(Vec::new()));
}

#[test]
fn what_went_back_gives_no_right() {
    let refunded = InvoiceSnapshot { refunded_minor: 700, ..paid(0, 30 * DAY) };
    assert_eq!(until(&subscription(Status::Active, vec![refunded.clone()])), None);
    let partly = InvoiceSnapshot { refunded_minor: 699, ..refunded };
    let ended = SubscriptionSnapshot { ended_at: Some(at(DAY)), ..subscription(Status::Canceled, vec![partly]) };
    assert_eq!(until(&ended), Some(30 * DAY));
    let second = vec![paid(0, 30 * DAY), InvoiceSnapshot { refunded_minor: 700, ..paid(30 * DAY, 60 * DAY) }];
    assert_eq!(until(&subscription(Status::Active, second)), Some(30 * DAY), "no slack for who is not billed again");
}

#[test]
fn an_open_dispute_suspends_a_won_one_gives_back_and_a_question_does_nothing() {
    let with = |status| until(&subscription(Status::Active, vec![disputed(status, paid(0, 30 * DAY))]));
    assert_eq!(with(DisputeStatus::Open), None);
    assert_eq!(with(DisputeStatus::Lost), None);
    assert_eq!(with(DisputeStatus::Won), Some(30 * DAY + SLACK));
    assert_eq!(with(DisputeStatus::Inquiry), Some(30 * DAY + SLACK));
}

#[test]
fn a_change_of_plan_gives_back_what_the_old_one_had_paid_for() {
    let ten = 10 * DAY;
    let year = paid(0, 365 * DAY);
    let to_month = InvoiceSnapshot {
        created_at: at(ten),
        lines: vec![line(-6_800, ten, 365 * DAY), line(700, ten, ten + 30 * DAY)],
        paid: Money { amount_minor: 0, ..year.paid },
        ..paid(ten, 0)
    };
    let monthly = subscription(Status::Active, vec![year.clone(), to_month.clone()]);
    assert_eq!(until(&monthly), Some(ten + 30 * DAY + SLACK));
    let unpaid = InvoiceSnapshot { status: InvoiceStatus::Open, paid_at: None, ..to_month };
    assert_eq!(until(&subscription(Status::Active, vec![year, unpaid])), Some(365 * DAY + SLACK));
}

#[test]
fn the_order_of_invoices_does_not_matter() {
    let invoices = vec![paid(0, 30 * DAY), paid(30 * DAY, 60 * DAY), open(60 * DAY, 60 * DAY)];
    let forward = project(&subscription(Status::PastDue, invoices.clone()), &Policy::default());
    let backward = invoices.into_iter().rev().collect();
    assert_eq!(forward, project(&subscription(Status::PastDue, backward), &Policy::default()));
    assert_eq!(forward.map(|right| (right.window.from, right.settled_at)), Some((at(0), Some(at(1)))));
}
