//! The outside world: the payment gateway and mail. Everything that leaves or enters here is put into our own nouns.

pub mod mail;
pub mod payment;
