//! The command `masthead`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    masthead::command::run().await
}
