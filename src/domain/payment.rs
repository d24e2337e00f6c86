//! What the payment gateway knows, in our words: snapshots of its objects as fetched, and rows of the payment ledger.

use super::{
    money::Money,
    plan::words,
    subscription::Status,
    time::{Moment, Window},
};

/// Everything that a customer has at the gateway, fetched at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerSnapshot {
    /// The gateway's customer.
    pub id: String,
    /// The customer's subscriptions, ended ones too.
    pub subscriptions: Vec<SubscriptionSnapshot>,
    /// The customer's balance transactions.
    pub movements: Vec<Movement>,
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
    /// When it is arranged to end.
    pub cancel_at: Option<Moment>,
    /// Whether collection stands still.
    pub collection_paused: bool,
    /// Its invoices.
    pub invoices: Vec<InvoiceSnapshot>,
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
    /// What was paid.
    pub paid: Money,
    /// Of it, what was sent back, in minor units.
    pub refunded_minor: i64,
    /// Whether the payer's bank has taken it back, or asks to.
    pub disputed: bool,
    /// When it became final.
    pub finalized_at: Option<Moment>,
    /// When it was paid.
    pub paid_at: Option<Moment>,
    /// The stretch of membership that its lines pay for.
    pub covers: Option<Window>,
}

/// What a balance transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// A payment came in.
    Payment,
    /// A payment went back.
    Refund,
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
    /// What moved; negative when it went out.
    pub gross: Money,
    /// Of it, tax, in minor units.
    pub tax_minor: i64,
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
