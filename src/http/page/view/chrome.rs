//! What surrounds every page: the paper's name, the language, the way back, and in `dev` the band that says so.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::asset;
use crate::text::{Texts, Theme};

/// What every page needs besides its own content.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// The reader's language.
    pub texts: &'static Texts,
    /// The newsroom's name and colour.
    pub theme: Theme,
    /// The newsroom's own zone, for dates that have none of their own.
    pub time_zone: TimeZone,
    /// Business time at the request: decides whether a date needs its year.
    pub now: Timestamp,
    /// What stands before every path of ours: empty, or "/members" behind a newsroom's proxy.
    pub base_path: String,
    /// The absolute address of this page, without a query.
    pub canonical_url: String,
    /// Whether a member is signed in: decides between "Sign in" and "Your account".
    pub signed_in: bool,
    /// In `dev` only: the band that says that no money moves.
    pub dev: Option<DevBand>,
}

/// The addresses that the band above each page of the demonstration leads to.
#[derive(Clone, Debug)]
pub struct DevBand {
    /// The browser mailbox, as a path below the base path.
    pub mailbox_path: String,
    /// The payment sandbox, or Stripe's own pages; absolute.
    pub sandbox_url: String,
    /// Whether Stripe's test mode takes the payments.
    pub is_stripe: bool,
    /// The demo newspaper, absolute.
    pub paper_url: String,
    /// Whether somebody has moved the demonstration's clock ahead.
    pub clock_moved: bool,
}

impl Chrome {
    /// Today by business time, with its year.
    pub fn today(&self) -> String {
        self.texts.full_day(self.now, &self.time_zone)
    }

    /// An address of ours: the base path before `path`, which begins with a slash.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }

    /// The way to write to the newsroom, and its address; none if it names none.
    pub(super) fn contact(&self) -> Option<(String, String)> {
        let email = self.theme.contact_email.as_deref()?;
        let (name, host) = email.rsplit_once('@')?;
        let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
        Some((format!("mailto:{name}@{host}"), email.to_owned()))
    }

    /// The address of a file from `assets/`, with its content in its name, so that it can be cached for ever.
    pub fn asset(&self, name: &str) -> String {
        self.link(&asset::path(name))
    }

    /// The address of the newsroom's colours, which changes when they do.
    pub fn theme_path(&self) -> String {
        self.link(&asset::theme_path(&self.theme))
    }

    /// The address of the newsroom's icon.
    pub fn favicon_path(&self) -> String {
        self.link(&asset::favicon_path(&self.theme))
    }
}
