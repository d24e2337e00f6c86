//! What our mail says: plain values in, a subject, a text part and an HTML part out.
//!
//! Each kind of mail is a struct with a `render(&Letterhead)`. The HTML is one column of 600 px with its styles inline, since
//! mail programs drop stylesheets; the text part is written by hand, not derived. Neither loads anything from anywhere, so
//! opening a mail tells nobody.

mod address;
mod cancellation;
mod gift;
mod letterhead;
mod membership;
mod offline;
mod payment;
mod sign_in;

#[cfg(test)]
mod tests;

pub use address::{AddressChangedMail, ConfirmAddressMail};
pub use cancellation::CancellationMail;
pub use gift::GiftMail;
pub use letterhead::{Letterhead, RenderedMail};
pub use membership::MembershipMail;
pub use offline::OfflineEndMail;
pub use payment::{DuplicateRefundedMail, WelcomeMail};
pub use sign_in::{PaidLateMail, PaidSignInMail, SignInMail};
