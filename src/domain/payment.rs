//! What the payment gateway knows, in our words: snapshots of its objects as fetched, and rows of the payment ledger.

use std::collections::BTreeSet;

use super::{
    money::Money,
    plan::Interval,
    plan::words,
    price_move::MovedBy,
    subscription::Status,
    time::{Moment, day_begins},
};

/// Everything that a customer has at the gateway, fetched at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerSnapshot {
    /// The gateway's customer.
    pub id: String,
    /// The customer's subscriptions, ended ones too.
    pub subscriptions: Vec<SubscriptionSnapshot>,
    /// The customer's payments made once that are ours.
    pub payments: Vec<PaymentSnapshot>,
    /// The customer's balance transactions.
    pub movements: Vec<Movement>,
    /// Whether the customer was deleted; not asked while a subscription of theirs runs.
    pub is_deleted: bool,
    /// Words in all of these that are new to us.
    pub new_words: BTreeSet<NewWord>,
}

/// A word of the gateway's that is new to us, told to whoever watches the service. What it is read as is said where it is read: mostly
/// as what gives nothing more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewWord {
    /// Where it stood: an object and its field.
    pub field: &'static str,
    /// The word.
    pub word: String,
}

/// A payment made once, as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentSnapshot {
    /// The gateway's charge.
    pub charge_ref: String,
    /// Our reference in its metadata.
    pub checkout_ref: String,
    /// How it stands.
    pub status: PaymentStatus,
    /// What was paid, or is to be.
    pub paid: Money,
    /// Of it, tax, in minor units, as far as an invoice says so.
    pub tax_minor: i64,
    /// Of it, what was sent back, in minor units.
    pub refunded_minor: i64,
    /// The payer's bank on it, the oldest first.
    pub disputes: Vec<Dispute>,
    /// When it was made.
    pub made_at: Moment,
    /// When its money had come; none while it is on its way.
    pub settled_at: Option<Moment>,
}

/// How a payment made once stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The money is on its way.
    Settling,
    /// The money came.
    Paid,
    /// It did not.
    Failed,
}

impl PaymentSnapshot {
    /// Whether the payer's bank has it just now.
    pub fn is_suspended(&self) -> bool {
        is_suspended(&self.disputes)
    }

    /// Whether all of it is the payer's again.
    pub fn went_back(&self) -> bool {
        went_back(self.paid.amount_minor, self.refunded_minor, &self.disputes)
    }
}

/// Whether a payer's bank has the money of a payment just now.
pub(super) fn is_suspended(disputes: &[Dispute]) -> bool {
    disputes.iter().any(|dispute| dispute.status == DisputeStatus::Open)
}

/// Whether all of a payment is the payer's again, by refunds and lost disputes.
pub(super) fn went_back(paid_minor: i64, refunded_minor: i64, disputes: &[Dispute]) -> bool {
    let lost = disputes.iter().filter(|dispute| dispute.status == DisputeStatus::Lost);
    let back_minor = refunded_minor + lost.map(|dispute| dispute.amount_minor).sum::<i64>();
    paid_minor > 0 && back_minor >= paid_minor
}

/// A subscription as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionSnapshot {
    /// The gateway's id.
    pub gateway_id: String,
    /// Our reference in its metadata, if it is one of ours.
    pub checkout_ref: Option<String>,
    /// The gateway's price.
    pub gateway_price_id: String,
    /// The gateway's word.
    pub status: Status,
    /// When it was made.
    pub created_at: Moment,
    /// When the running period ends.
    pub current_period_end: Option<Moment>,
    /// When it is arranged to end; none once it has ended.
    pub cancel_at: Option<Moment>,
    /// When its end was asked for.
    pub canceled_at: Option<Moment>,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// When its free trial ends, or ended.
    pub trial_until: Option<Moment>,
    /// Whether collection stands still.
    pub collection_paused: bool,
    /// What it bills; none for what is not billed by month or year.
    pub rate: Option<Rate>,
    /// What the next payment takes, in minor units, where the gateway was asked; else it is the rate.
    pub next_amount_minor: Option<i64>,
    /// The card that it is billed to, where it is one.
    pub card: Option<Card>,
    /// The move from one price to another that changed it last.
    pub moved_by: Option<MovedBy>,
    /// Its invoices.
    pub invoices: Vec<InvoiceSnapshot>,
}

/// What a subscription bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How much each time.
    pub money: Money,
    /// How often.
    pub interval: Interval,
}

/// A card, as far as its owner may be told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Whose card: `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// The year of its last month.
    pub exp_year: i16,
    /// Its last month, 1 to 12.
    pub exp_month: i8,
}

impl Card {
    /// The first moment at which it no longer pays; none for a month that no calendar has.
    pub fn expires_at(&self) -> Option<Moment> {
        let last = jiff::civil::Date::new(self.exp_year, self.exp_month, 1).ok()?.last_of_month();
        Some(day_begins(last.tomorrow().ok()?, "UTC"))
    }
}

/// How an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceStatus {
    /// Not final yet.
    Draft,
    /// Waits for payment.
    Open,
    /// Paid.
    Paid,
    /// Void, uncollectible, or a word that is new to us.
    Dead,
}

/// An invoice as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceSnapshot {
    /// The gateway's id.
    pub gateway_id: String,
    /// How it stands.
    pub status: InvoiceStatus,
    /// When it was drawn up.
    pub created_at: Moment,
    /// Why it was drawn up, in the gateway's word: `subscription_cycle`.
    pub reason: Option<String>,
    /// What was paid.
    pub paid: Money,
    /// Of the whole, tax, in minor units.
    pub tax_minor: i64,
    /// What is still to be paid, in minor units.
    pub remaining_minor: i64,
    /// Of what was paid, what was sent back, in minor units.
    pub refunded_minor: i64,
    /// The payer's bank on it, the oldest first.
    pub disputes: Vec<Dispute>,
    /// When it became final.
    pub finalized_at: Option<Moment>,
    /// When it was paid.
    pub paid_at: Option<Moment>,
    /// How often collecting it was tried.
    pub attempt_count: u64,
    /// When it is tried again.
    pub next_attempt_at: Option<Moment>,
    /// How the collecting of an open one stands.
    pub collecting: Collecting,
    /// The gateway's page to pay it on.
    pub hosted_url: Option<String>,
    /// What it bills.
    pub lines: Vec<InvoiceLine>,
}

/// How the collecting of an open invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collecting {
    /// Not tried, or failed; or the invoice is not open.
    Waiting,
    /// The money is on its way, as with a bank debit.
    Settling,
    /// The payer has to approve it.
    NeedsApproval,
}

/// A line of an invoice that bills a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// In minor units; negative when it gives back what an earlier line billed.
    pub amount_minor: i64,
    /// The first moment of its stretch.
    pub from: Moment,
    /// The first moment after it.
    pub until: Moment,
}

/// A payer's bank that asks for a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// The gateway's id.
    pub gateway_id: String,
    /// How it stands.
    pub status: DisputeStatus,
    /// What is asked for, in minor units.
    pub amount_minor: i64,
    /// When it was opened.
    pub opened_at: Moment,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStatus {
    /// Only a question so far: no money has moved.
    Inquiry,
    /// Open: the money is with the bank.
    Open,
    /// Ours again.
    Won,
    /// The payer's.
    Lost,
}

/// What a balance transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// A payment came in.
    Payment,
    /// A payment went back.
    Refund,
    /// A payment that was on its way back came to us again.
    RefundFailure,
    /// A bank took a payment back.
    Dispute,
    /// A bank gave it to us again.
    DisputeReversal,
    /// Something else: kept all the same.
    Other,
}

words!(
    MovementKind,
    Payment = "payment",
    Refund = "refund",
    RefundFailure = "refund_failure",
    Dispute = "dispute",
    DisputeReversal = "dispute_reversal",
    Other = "other"
);

/// A balance transaction of the gateway: one row of the payment ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The gateway's id of the balance transaction.
    pub balance_transaction_id: String,
    /// What it is.
    pub kind: MovementKind,
    /// The gateway's subscription, where there is one.
    pub subscription_ref: Option<String>,
    /// The gateway's invoice, where there is one.
    pub invoice_ref: Option<String>,
    /// The gateway's charge.
    pub charge_ref: Option<String>,
    /// The gateway's object behind it: the charge itself, a refund, a dispute.
    pub source_ref: Option<String>,
    /// Our reference in the charge's metadata, where there is one.
    pub checkout_ref: Option<String>,
    /// What moved; negative when it went out.
    pub gross: Money,
    /// Of it, tax, in minor units.
    pub tax_minor: i64,
    /// The percentage of that tax: `20`, or `5 + 9.975`; none without tax.
    pub tax_rate: Option<String>,
    /// What the gateway kept, in minor units.
    pub fee_minor: i64,
    /// What is left, in minor units.
    pub net_minor: i64,
    /// When it moved.
    pub occurred_at: Moment,
}

/// A checkout session as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutSnapshot {
    /// Our reference, if it is one of ours.
    pub checkout_ref: Option<String>,
    /// How it stands.
    pub status: CheckoutStatus,
    /// The gateway's customer, once there is one.
    pub customer_id: Option<String>,
}

/// How a checkout session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckoutStatus {
    /// Can be paid.
    Open,
    /// Completed; the money is on its way.
    Settling,
    /// Completed and paid.
    Paid,
    /// Can no longer be paid.
    Expired,
}
