//! A mailbox in memory: where the demonstration's mail goes, so that it can be read without a mail server.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::RenderedMail;
use crate::domain::{email::Email, time::Moment};

/// How many letters are kept; the oldest goes first.
const LETTERS_MAX: usize = 500;

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The outbox message's id.
    pub id: String,
    /// The address it went to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
    /// When it arrived, by the wall clock.
    pub at: Moment,
}

/// A mailbox that everything goes to. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Mutex<VecDeque<Letter>>>);

impl Mailbox {
    /// Puts a mail in; one with the same id takes the place of the first.
    pub fn put(&self, id: &str, to: &Email, mail: RenderedMail, now: Moment) {
        let mut letters = self.lock();
        letters.retain(|letter| letter.id != id);
        letters.push_front(Letter {
            id: id.to_owned(),
            to: to.as_str().to_owned(),
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
            at: now,
        });
        letters.truncate(LETTERS_MAX);
    }

    /// The letters to an address in any spelling, or all of them; the newest first.
    pub fn list(&self, to: Option<&Email>) -> Vec<Letter> {
        let is_for = |letter: &&Letter| {
            to.is_none_or(|to| Email::parse(&letter.to).is_ok_and(|address| address.key() == to.key()))
        };
        self.lock().iter().filter(is_for).cloned().collect()
    }

    /// One letter.
    pub fn find(&self, id: &str) -> Option<Letter> {
        self.lock().iter().find(|letter| letter.id == id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Letter>> {
        // Whoever panicked while holding it left whole letters behind: a push either happened or did not.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
