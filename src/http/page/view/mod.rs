//! What the pages look like: plain values in, HTML out.
//!
//! Each page is a struct of plain values with a `render(&Chrome) -> String`. Nothing here knows about requests, flows or the
//! database; every sentence comes from [`crate::text`], every address goes through [`Chrome::link`]. The pages are complete
//! without a script, and ask for none but `assets/masthead-pages.js`, so that a strict content security policy holds:
//! `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self' <Stripe>;
//! frame-src 'self'; base-uri 'none'`.

pub mod asset;

mod account;
mod already_member;
mod api_docs;
mod books;
mod campaign;
mod cancel;
mod carried;
mod chrome;
mod counter;
mod counter_bar;
mod counter_words;
mod dev_mail;
mod document;
mod embed;
mod field;
mod fragment;
mod gift;
mod join;
mod join_offer;
mod problem;
mod problem_index;
mod sign_in;
mod sign_out;
mod statement;
mod stylesheet;
mod welcome;
mod widget_words;

#[cfg(test)]
mod tests;

pub use crate::domain::entitlement::Source;
pub use crate::text::{Interval, Price};
pub use account::{
    AccountNotice, AccountPage, ConfirmAddressPage, HistoryLine, Membership, MembershipChange, MembershipState,
};
pub use already_member::AlreadyMemberPage;
pub use api_docs::{ApiAnswer, ApiDocsPage, ApiField, ApiGroup, ApiOperation, ApiProblem, ApiSchema};
pub use books::BooksPage;
pub use campaign::{CampaignPage, Counting, MemberGreeting, Offset};
pub use cancel::{CancelCheckPage, CancelDonePage, CancelPage, TypedDeclaration};
pub use carried::CarriedOver;
pub use chrome::{Chrome, DevBand};
pub use counter::{CampaignState, Counter, Milestone, Outcome, StretchGoal, Who};
pub use dev_mail::{MailListPage, MailPage, MailSummary, mail_body};
pub use document::DocumentPage;
pub use embed::EmbedPage;
pub use field::FieldFault;
pub use fragment::{Fragment, Scheme, Variant};
pub use gift::{GiftState, GivenGift, RedeemPage, TypedGift};
pub use join::{JoinNotice, JoinPage, Occasion};
pub use join_offer::{OwnAmount, PlanChoice, PriceChoice, Tax};
pub use problem::ProblemPage;
pub use problem_index::ProblemIndexPage;
pub use sign_in::{CodeFault, CodePage, LinkPage, LinkState, SignInPage};
pub use sign_out::{SignOutPage, SignedOutPage};
pub use statement::{StatementLine, StatementPage, What};
pub use stylesheet::{favicon_svg, theme_css, widget_css};
pub use welcome::{WelcomePage, WelcomeState};
pub use widget_words::widget_words;

use crate::text::Markup;

// Markup is either ours or escaped where it is made; see `text::Markup`.
impl askama::filters::HtmlSafe for Markup {}

/// Renders a template. The only way it can fail is a failing `Display`, and none of ours does.
fn finish(template: impl askama::Template) -> String {
    template.render().unwrap_or_else(|error| {
        tracing::error!(%error, "a page could not be rendered");
        String::new()
    })
}
