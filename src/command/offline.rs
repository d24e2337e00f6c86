//! A context for commands that touch the database alone.

use std::sync::Arc;

use crate::{
    app::{self, BuildError, SystemEntropy, wall_clock},
    config::Config,
    domain::entropy,
    flow::{Clock, Context},
    token::MasterSecret,
};

/// Opens the database of the settings. Nothing that needs the payment gateway or the master secret works on it.
///
/// # Errors
/// [`BuildError`] when the database does not answer.
pub async fn offline_context(config: &Config) -> Result<Context, BuildError> {
    let mut config = config.clone();
    // These commands never call the payment gateway and make no link, code or signature: neither key is used.
    config.payments.secret_key = "sk_test_unused".to_owned();
    let unused: [u8; 32] = entropy::bytes(&SystemEntropy);
    let secret = MasterSecret::new(&unused)?;
    app::context(&config, secret, Clock::new(wall_clock, wall_clock), Arc::new(SystemEntropy)).await
}
