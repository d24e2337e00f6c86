//! What the service does: a verb a file. Each flow takes a [`Context`] and typed input, and its error names only what a
//! caller treats differently.

pub mod allow_origin;
mod apply_contribution;
pub mod apply_gift;
pub mod apply_newsroom;
mod apply_payment;
pub mod apply_payment_event;
mod apply_subscription;
pub mod authorize_request;
pub mod catalogue;
pub mod change_address;
pub mod change_amount;
pub mod check_access;
pub mod check_ledger;
pub mod check_out;
pub mod check_outside;
pub mod check_ready;
pub mod check_webhook_endpoint;
pub mod compare_newsroom;
mod context;
pub mod continue_site;
pub mod declare_cancellation;
pub mod deliver_outbox;
pub mod enter_member;
pub mod find_session;
pub mod finish_checkout;
pub mod fold_counter;
pub mod import_members;
pub mod issue_token;
pub mod limit_checkouts;
pub mod list_prices;
pub mod make_site_secret;
pub mod metrics;
pub mod move_prices;
mod note_new_words;
pub mod once;
pub mod open_portal;
mod paid_checkout;
pub mod pass_time;
mod posting;
pub mod prepare_payments;
pub mod prove_tally;
pub mod publish_keys;
mod pulse;
pub mod read_counter;
pub mod read_member;
pub mod read_plans;
pub mod read_statement;
pub mod receive_webhook;
pub mod recount_member;
pub mod redeem_gift;
pub mod replay_events;
pub mod request_sign_in;
pub mod return_address;
pub mod rotate_keys;
mod sign_in_link;
pub mod sign_out;
mod spend;
mod stop;
pub mod sweep_objects;
pub mod sync_catalogue;
pub mod take_up_cancellation;
pub mod tell_member;
pub mod tell_of_end;
pub mod verify_sign_in;
mod wake;
pub mod work_inbox;
mod write_mail;

pub use context::{Clock, Context, Limits, Settings};
pub use pulse::Pulse;
pub use stop::{Phase, Stop};
pub use wake::Wake;

pub use crate::{
    gateway::mail::{Letter, Mailbox, Mailer},
    store::StoreError,
    token::PublicKey,
};
