//! Where a right comes from, in words.

use super::Texts;
use crate::domain::entitlement::Source;

impl Texts {
    /// "by bank transfer or cash".
    pub fn source(&self, source: Source) -> String {
        let key = match source {
            Source::Subscription => "source-subscription",
            Source::Gift => "source-gift",
            Source::Contribution => "source-contribution",
            Source::Offline => "source-offline",
            Source::External => "source-external",
            Source::Comp => "source-comp",
            Source::Group => "source-group",
        };
        self.say(key).text()
    }
}
