//! Payments made once: how they stand, and the rights that some of them give. A pure function of the gateway's charges.

use super::{
    history::{self, Fact},
    id::{CheckoutId, MemberId, PlanId},
    mail::Receipt,
    news::{News, Payment, Then},
    payment::{PaymentSnapshot, PaymentStatus},
    plan::words,
    time::{Moment, Window},
};

/// How a payment made once stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The money is on its way, as with a bank debit.
    Settling,
    /// The money is here.
    Standing,
    /// It failed, went back, or is with the payer's bank.
    Gone,
}

words!(State, Settling = "settling", Standing = "standing", Gone = "gone");

/// A payment made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// What it was begun with.
    pub checkout_id: CheckoutId,
    /// Who paid.
    pub member_id: MemberId,
    /// For what.
    pub plan_id: PlanId,
    /// The gateway's charge.
    pub charge_ref: String,
    /// When it was made at the gateway.
    pub made_at: Moment,
    /// When its money had come, in business time; none while it is on its way.
    pub settled_at: Option<Moment>,
    /// How it stands.
    pub state: State,
    /// For how many months it opens the plan; none when it opens nothing.
    pub opens_months: Option<i64>,
}

/// How a payment stands.
pub fn state_of(payment: &PaymentSnapshot) -> State {
    match payment.status {
        PaymentStatus::Settling => State::Settling,
        PaymentStatus::Paid if !payment.is_suspended() && !payment.went_back() => State::Standing,
        PaymentStatus::Paid | PaymentStatus::Failed => State::Gone,
    }
}

/// Of the charges of one checkout the one that decides: the one that was paid, else one on its way, else the last that failed.
pub fn deciding<'a>(payments: &[&'a PaymentSnapshot]) -> Option<&'a PaymentSnapshot> {
    let rank = |payment: &PaymentSnapshot| match payment.status {
        PaymentStatus::Paid => 2,
        PaymentStatus::Settling => 1,
        PaymentStatus::Failed => 0,
    };
    payments.iter().copied().max_by_key(|payment| (rank(payment), payment.made_at, &payment.charge_ref))
}

/// A gift of the same plan that its payer has redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redeemed {
    /// When it was redeemed.
    pub at: Moment,
    /// The first moment at which it no longer opens the plan.
    pub until: Moment,
}

/// When each of a member's payments for one plan opens it; none for one that opens nothing or is gone. Months that are paid while
/// earlier ones run, paid too or given, follow them, so that nobody pays for the same day twice.
pub fn windows<'a>(contributions: &'a [Contribution], gifts: &[Redeemed]) -> Vec<(&'a Contribution, Option<Window>)> {
    let mut ordered: Vec<&Contribution> = contributions.iter().collect();
    ordered.sort_by_key(|one| (one.made_at, one.checkout_id.as_str()));
    let mut paid_until: Option<Moment> = None;
    let mut windows = Vec::new();
    for contribution in ordered {
        let months = contribution.opens_months.filter(|_| contribution.state != State::Gone);
        let window = months.map(|months| {
            // The gateway's times are whole seconds.
            let is_before = |gift: &&Redeemed| gift.at.seconds() <= contribution.made_at.seconds();
            let before = gifts.iter().filter(is_before).map(|gift| gift.until);
            let from = before.chain(paid_until).fold(contribution.made_at, Moment::max);
            let until = from.plus_months(months);
            paid_until = Some(until);
            Window { from, until: Some(until) }
        });
        windows.push((contribution, window));
    }
    windows
}

/// What becomes of the months that a payment opened when money of it goes back; nothing where it opened none.
pub fn then(payment: &PaymentSnapshot, opens_months: Option<i64>) -> Then {
    match opens_months {
        Some(_) if state_of(payment) == State::Gone => Then::Ends,
        Some(_) => Then::GoesOn,
        None => Then::Nothing,
    }
}

/// Whether a notice by its key is that a charge arrived.
pub fn is_about(key: &str, charge_ref: &str) -> bool {
    key.strip_suffix(":contributed") == Some(charge_ref)
}

/// What a payer is told of a payment that was seen before or stands: that it arrived or did not, and what the bank says of it.
pub fn facts(
    payment: &PaymentSnapshot,
    contribution: &Contribution,
    receipt: &Receipt,
    open_until: Option<Moment>,
    now: Moment,
) -> Vec<Fact> {
    let key = |word: &str| format!("{}:{word}", payment.charge_ref);
    let mut facts = Vec::new();
    if let Some(paid_at) = payment.settled_at {
        let arrived = Payment { paid_at, tax_minor: payment.tax_minor };
        let news = News::Contributed { receipt: receipt.clone(), payment: arrived, open_until };
        // What was sent back before it was seen needs no thanks.
        facts.push(Fact::new(key("contributed"), news, paid_at).quiet_if(payment.went_back()));
    }
    if payment.status == PaymentStatus::Failed {
        facts.push(Fact::new(key("failed"), News::ContributionFailed { receipt: receipt.clone() }, now));
    }
    let then = then(payment, contribution.opens_months);
    facts.extend(payment.disputes.iter().flat_map(|dispute| history::dispute_facts(dispute, receipt, then, now)));
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        entropy::Entropy,
        money::{Currency, Money},
        payment::{Dispute, DisputeStatus},
    };

    struct Counting(std::sync::atomic::AtomicU8);
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn payment(status: PaymentStatus, refunded_minor: i64) -> PaymentSnapshot {
        PaymentSnapshot {
            charge_ref: "ch_1".to_owned(),
            checkout_ref: "chk".to_owned(),
            status,
            paid: Money { amount_minor: 2_000, currency: Currency::parse("EUR").unwrap() },
            tax_minor: 0,
            refunded_minor,
            disputes: Vec::new(),
            made_at: Moment::from_millis(0),
            settled_at: None,
        }
    }

    fn contribution(entropy: &Counting, day: &str, state: State) -> Contribution {
        let made_at = Moment::parse(day).unwrap();
        Contribution {
            checkout_id: CheckoutId::mint(made_at, entropy),
            member_id: MemberId::mint(made_at, entropy),
            plan_id: PlanId::mint(made_at, entropy),
            charge_ref: String::new(),
            made_at,
            settled_at: None,
            state,
            opens_months: Some(1),
        }
    }

    #[test]
    fn a_payment_stands_until_all_of_it_is_gone() {
        assert_eq!(state_of(&payment(PaymentStatus::Settling, 0)), State::Settling);
        assert_eq!(state_of(&payment(PaymentStatus::Failed, 0)), State::Gone);
        for (refunded_minor, state) in [(0, State::Standing), (1_999, State::Standing), (2_000, State::Gone)] {
            assert_eq!(state_of(&payment(PaymentStatus::Paid, refunded_minor)), state, "{refunded_minor}");
        }
        for (status, state) in [
            (DisputeStatus::Inquiry, State::Standing),
            (DisputeStatus::Open, State::Gone),
            (DisputeStatus::Won, State::Standing),
            (DisputeStatus::Lost, State::Gone),
        ] {
            let opened_at = Moment::from_millis(1);
            let dispute = Dispute { gateway_id: "dp_1".to_owned(), status, amount_minor: 2_000, opened_at };
            let disputed = PaymentSnapshot { disputes: vec![dispute], ..payment(PaymentStatus::Paid, 0) };
            assert_eq!(state_of(&disputed), state, "{status:?}");
        }
    }

    #[test]
    fn the_charge_that_was_paid_decides() {
        let (failed, settling) = (payment(PaymentStatus::Failed, 0), payment(PaymentStatus::Settling, 0));
        let paid = payment(PaymentStatus::Paid, 0);
        assert_eq!(deciding(&[&paid, &failed, &settling]), Some(&paid));
        assert_eq!(deciding(&[&failed, &settling]), Some(&settling));
        assert_eq!(deciding(&[&failed]), Some(&failed));
        assert_eq!(deciding(&[]), None);
    }

    #[test]
    fn months_that_are_paid_ahead_follow_each_other() {
        let entropy = Counting(std::sync::atomic::AtomicU8::new(0));
        let mut all = [
            contribution(&entropy, "2027-01-31T12:00:00Z", State::Standing),
            contribution(&entropy, "2027-02-10T12:00:00Z", State::Standing),
            contribution(&entropy, "2027-06-01T12:00:00Z", State::Settling),
        ];
        let days = |all: &[Contribution]| -> Vec<Option<(String, String)>> {
            let shown = |window: Window| (window.from.to_string(), window.until.unwrap().to_string());
            windows(all, &[]).into_iter().map(|(_, window)| window.map(shown)).collect()
        };
        let span = |from: &str, until: &str| Some((format!("{from}T12:00:00Z"), format!("{until}T12:00:00Z")));
        let june = span("2027-06-01", "2027-07-01");
        assert_eq!(days(&all), [span("2027-01-31", "2027-02-28"), span("2027-02-28", "2027-03-28"), june.clone()]);
        all.reverse();
        assert_eq!(days(&all)[0], span("2027-01-31", "2027-02-28"), "the order in which they are read is nothing");
        all[2].state = State::Gone;
        assert_eq!(days(&all), [None, span("2027-02-10", "2027-03-10"), june]);
    }
    #[test]
    fn months_that_are_paid_while_a_gift_runs_follow_it() {
        let entropy = Counting(std::sync::atomic::AtomicU8::new(0));
        let all = [
            contribution(&entropy, "2027-01-31T12:00:00Z", State::Standing),
            contribution(&entropy, "2027-03-10T12:00:00Z", State::Standing),
        ];
        let day = |text: &str| Moment::parse(&format!("{text}T12:00:00Z")).unwrap();
        let gifts = [Redeemed { at: day("2027-02-01"), until: day("2027-05-28") }];
        let began: Vec<Moment> = windows(&all, &gifts).into_iter().map(|(_, window)| window.unwrap().from).collect();
        assert_eq!(began, [day("2027-01-31"), day("2027-05-28")], "what was paid before the gift stays where it is");
    }
}
