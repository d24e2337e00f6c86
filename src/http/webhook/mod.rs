//! What other services send us.

pub mod stripe;
