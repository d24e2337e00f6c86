//! Signing in through Masthead, which lives on another domain: `continue` with state and PKCE, and signing out.

mod attempt;
mod finish;
mod leave;
mod local_path;
mod start;

pub use attempt::Seal;
pub use finish::finish;
pub use leave::leave;
pub use local_path::LocalPath;
pub use start::{renew, start};
