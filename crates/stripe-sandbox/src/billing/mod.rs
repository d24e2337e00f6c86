//! What happens over time: invoices drawn up and collected, periods renewed, failures chased.

pub mod agenda;
pub mod balance;
pub mod checkout;
pub mod collect;
pub mod cost;
pub mod credit_note;
pub mod credit_return;
pub mod credited;
pub mod debit;
pub mod discount;
pub mod dispute;
pub mod draw;
pub mod dunning;
pub mod give_back;
pub mod lifecycle;
pub mod next_payment;
pub mod once;
pub mod pause;
pub mod pending;
pub mod reckon;
pub mod renew;
pub mod standstill;
pub mod switch;
pub mod taxing;
pub mod totals;
pub mod trial;
