//! The right that a subscription gives.

use masthead::domain::{
    money::{Currency, Money},
    payment::{Collecting, Dispute, DisputeStatus, InvoiceLine, InvoiceSnapshot, InvoiceStatus, SubscriptionSnapshot},
    projection::{Policy, project},
    subscription::Status,
    time::Moment,
};
use proptest::prelude::*;

use crate::made_up::moment;

const POLICY: Policy = Policy { renewal_slack_millis: 3, grace_millis: 14 };

fn line() -> impl Strategy<Value = InvoiceLine> {
    (-1..3_i64, moment(), 0..30_i64).prop_map(|(amount_minor, from, length)| InvoiceLine {
        amount_minor,
        from,
        until: from.plus_millis(length),
    })
}

fn disputes() -> impl Strategy<Value = Vec<Dispute>> {
    let words = [DisputeStatus::Inquiry, DisputeStatus::Open, DisputeStatus::Won, DisputeStatus::Lost];
    let dispute =
        (proptest::sample::select(words.to_vec()), 0..3_i64, moment()).prop_map(|(status, amount_minor, opened_at)| {
            Dispute { gateway_id: "dp_1".to_owned(), status, amount_minor, opened_at }
        });
    prop_oneof![8 => Just(Vec::new()), 2 => proptest::collection::vec(dispute, 1..2)]
}

fn invoice() -> impl Strategy<Value = InvoiceSnapshot> {
    let statuses = [InvoiceStatus::Draft, InvoiceStatus::Open, InvoiceStatus::Paid, InvoiceStatus::Dead];
    let collecting = [Collecting::Waiting, Collecting::Settling, Collecting::NeedsApproval];
    let word = (proptest::sample::select(statuses.to_vec()), proptest::sample::select(collecting.to_vec()));
    let lines = proptest::collection::vec(line(), 0..3);
    (word, 0..3_i64, 0..3_i64, disputes(), moment(), 0..3_u64, lines).prop_map(
        |((status, collecting), paid, refunded_minor, disputes, at, attempt_count, lines)| InvoiceSnapshot {
            gateway_id: String::new(),
            status,
            created_at: at,
            reason: None,
            paid: Money { amount_minor: paid, currency: Currency::parse("EUR").unwrap() },
            tax_minor: 0,
            remaining_minor: 0,
            refunded_minor,
            disputes,
            finalized_at: Some(at),
            paid_at: (status == InvoiceStatus::Paid).then_some(at),
            attempt_count,
            next_attempt_at: None,
            collecting,
            hosted_url: None,
            lines,
        },
    )
}

fn subscription() -> impl Strategy<Value = SubscriptionSnapshot> {
    let words = ["active", "trialing", "past_due", "unpaid", "canceled", "incomplete", "paused", "brand_new"];
    let status = proptest::sample::select(words.to_vec()).prop_map(Status::parse);
    let invoices = proptest::collection::vec(invoice(), 0..5);
    let ends = (proptest::option::of(moment()), proptest::option::of(moment()));
    (status, ends, any::<bool>(), invoices).prop_map(|(status, (cancel_at, ended_at), collection_paused, invoices)| {
        let named =
            |(at, invoice): (usize, InvoiceSnapshot)| InvoiceSnapshot { gateway_id: format!("in_{at}"), ..invoice };
        SubscriptionSnapshot {
            gateway_id: "sub_1".to_owned(),
            checkout_ref: None,
            gateway_price_id: "price_1".to_owned(),
            status,
            created_at: Moment::from_millis(0),
            current_period_end: None,
            cancel_at,
            canceled_at: None,
            ended_at,
            trial_until: None,
            collection_paused,
            rate: None,
            card: None,
            moved_by: None,
            next_amount_minor: None,
            invoices: invoices.into_iter().enumerate().map(named).collect(),
        }
    })
}

/// Whether the money of an invoice is still here.
fn stands(invoice: &InvoiceSnapshot) -> bool {
    let of = |status| invoice.disputes.iter().filter(move |dispute| dispute.status == status);
    let lost: i64 = of(DisputeStatus::Lost).map(|dispute| dispute.amount_minor).sum();
    let back = invoice.paid.amount_minor > 0 && invoice.refunded_minor + lost >= invoice.paid.amount_minor;
    invoice.status == InvoiceStatus::Paid && !back && of(DisputeStatus::Open).count() == 0
}

fn is_settling(invoice: &InvoiceSnapshot) -> bool {
    invoice.status == InvoiceStatus::Open && invoice.collecting == Collecting::Settling
}

/// The moments that are paid for, one by one: what no clever arithmetic can get wrong.
fn paid_moments(subscription: &SubscriptionSnapshot) -> Vec<i64> {
    let mut standing: Vec<_> = subscription.invoices.iter().filter(|invoice| stands(invoice)).collect();
    standing.sort_by_key(|invoice| (invoice.created_at, &invoice.gateway_id));
    let mut paid = [false; 100];
    for invoice in standing {
        for takes in [true, false] {
            for line in invoice.lines.iter().filter(|line| (line.amount_minor < 0) == takes) {
                for at in line.from.millis()..line.until.millis() {
                    paid[usize::try_from(at).unwrap()] = !takes;
                }
            }
        }
    }
    (0..).zip(paid).filter(|(_, paid)| *paid).map(|(at, _)| at).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    /// The order in which the gateway lists invoices never decides.
    #[test]
    fn order_never_decides(subscription in subscription()) {
        let mut reversed = subscription.clone();
        reversed.invoices.reverse();
        prop_assert_eq!(project(&subscription, &POLICY), project(&reversed, &POLICY));
    }

    /// Without money that is still here, or on its way, there is no right, whatever the status says.
    #[test]
    fn no_money_no_right(subscription in subscription()) {
        let mut broke = subscription;
        broke.invoices.retain(|invoice| !stands(invoice) && !is_settling(invoice));
        prop_assert_eq!(project(&broke, &POLICY), None);
    }

    /// A right begins with the first paid moment and lasts at least as long as what is paid, at most the policy longer.
    #[test]
    fn a_right_is_what_is_paid_and_bounded_slack(subscription in subscription()) {
        let paid = paid_moments(&subscription);
        let right = project(&subscription, &POLICY);
        let Some((right, paid_until)) = right.and_then(|right| Some((right, right.paid_until?))) else {
            prop_assert_eq!(paid, Vec::<i64>::new());
            return Ok(());
        };
        prop_assert_eq!(Some(&right.window.from.millis()), paid.first());
        prop_assert_eq!(Some(paid_until.millis() - 1), paid.last().copied());
        let until = right.window.until.unwrap();
        prop_assert!(until >= paid_until);
        let finalized = subscription.invoices.iter().filter_map(|invoice| invoice.finalized_at).max().unwrap();
        let slackest =
            paid_until.plus_millis(POLICY.renewal_slack_millis).max(finalized.plus_millis(POLICY.grace_millis));
        prop_assert!(until <= slackest, "{until:?} is beyond {slackest:?}");
    }

    /// What has ended, or will, holds no longer than until then, unless it is paid for longer.
    #[test]
    fn what_ends_ends(subscription in subscription()) {
        let ends_at = subscription.ended_at.or(subscription.cancel_at);
        let stands_still = subscription.collection_paused || subscription.status == Status::Paused;
        let Some(right) = project(&subscription, &POLICY) else { return Ok(()) };
        let (Some(until), Some(paid_until)) = (right.window.until, right.paid_until) else { return Ok(()) };
        if stands_still {
            prop_assert_eq!(until, paid_until);
        } else if let Some(ends_at) = ends_at {
            prop_assert!(until <= ends_at.max(paid_until));
        }
    }

    /// A right that nobody has paid for counts for nobody.
    #[test]
    fn only_money_settles(subscription in subscription()) {
        let Some(right) = project(&subscription, &POLICY) else { return Ok(()) };
        let paid = subscription.invoices.iter().any(|invoice| stands(invoice) && invoice.paid.amount_minor > 0);
        prop_assert_eq!(right.settled_at.is_some(), paid && right.paid_until.is_some());
    }

    /// A bank's taking back what nothing else gave back never lengthens a right.
    #[test]
    fn losing_money_never_lengthens(subscription in subscription(), which in 0..5_usize) {
        let Some(before) = project(&subscription, &POLICY) else { return Ok(()) };
        let mut poorer = subscription;
        let Some(invoice) = poorer.invoices.get_mut(which) else { return Ok(()) };
        // An invoice that gives back more than it bills shortens a right by being paid.
        if invoice.lines.iter().any(|line| line.amount_minor < 0) {
            return Ok(());
        }
        let opened_at = Moment::from_millis(0);
        let status = DisputeStatus::Open;
        invoice.disputes.push(Dispute { gateway_id: "dp_2".to_owned(), status, amount_minor: 1, opened_at });
        if let Some(after) = project(&poorer, &POLICY) {
            prop_assert!(after.paid_until <= before.paid_until && after.window.from >= before.window.from);
        }
    }
}
