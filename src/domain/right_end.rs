//! The end of what nobody is billed for by itself: a gift, or months that were paid once.

use super::{
    entitlement::{Entitlement, Source},
    history::Fact,
    mail::Receipt,
    news::News,
    subscription::Subscription,
    time::{DAY_MILLIS, Window},
};

/// The longest time before its end at which it is told of, in milliseconds.
const AHEAD_MAX_MILLIS: i64 = 14 * DAY_MILLIS;
/// The share of the time that it lasts: who has a month hears of its end a week before.
const AHEAD_SHARE: i64 = 4;

/// What is told of the end of a right: before, and when it has come. Another end has other keys.
pub fn facts(key: &str, window: Window, receipt: &Receipt) -> Vec<Fact> {
    let Some(until) = window.until else { return Vec::new() };
    let ahead = AHEAD_MAX_MILLIS.min(until.millis_since(window.from) / AHEAD_SHARE);
    let key = |word: &str| format!("{key}:{word}:{}", until.seconds());
    let ending = News::RightEnding { receipt: receipt.clone(), until };
    let ended = News::RightEnded { receipt: receipt.clone(), until };
    let told_at = until.plus_millis(-ahead);
    vec![Fact::new(key("ending"), ending, told_at), Fact::new(key("right_ended"), ended, until)]
}

/// Whether news of an end still holds when it is due: a right of that kind ends then, and the member has nothing that goes on.
pub fn still_holds(news: &News, rights: &[Entitlement], subscriptions: &[Subscription]) -> bool {
    let (News::RightEnding { until, .. } | News::RightEnded { until, .. }) = news else { return true };
    let is_it = |right: &&Entitlement| {
        matches!(right.source, Source::Gift | Source::Contribution) && right.window.until == Some(*until)
    };
    let Some(right) = rights.iter().find(is_it) else { return false };
    let outlasts = |other: &Entitlement| other.window.until.is_none_or(|at| at > *until);
    let goes_on = rights.iter().any(|other| other.plan_id == right.plan_id && outlasts(other));
    let is_billed = subscriptions.iter().any(|one| one.is_live() && one.cancel_at.is_none());
    !goes_on && !is_billed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        entropy::Entropy,
        id::{EntitlementId, MemberId, PlanId},
        time::Moment,
    };

    struct Nines;
    impl Entropy for Nines {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    fn day(days: i64) -> Moment {
        Moment::from_millis(1_800_000_000_000).plus_millis(days * DAY_MILLIS)
    }

    fn right(source: Source, until: Option<i64>) -> Entitlement {
        Entitlement {
            id: EntitlementId::mint(day(0), &Nines),
            member_id: MemberId::mint(day(0), &Nines),
            plan_id: PlanId::mint(day(0), &Nines),
            source,
            subscription_id: None,
            window: Window { from: day(0), until: until.map(day) },
            settled_at: Some(day(0)),
        }
    }

    #[test]
    fn an_end_is_told_of_in_time_for_how_long_it_lasted() {
        let due = |days| {
            let window = Window { from: day(0), until: Some(day(days)) };
            let facts = facts("gft_1", window, &Receipt::nothing());
            facts.iter().map(|fact| fact.due_at).collect::<Vec<_>>()
        };
        assert_eq!(due(28), [day(21), day(28)]);
        assert_eq!(due(365), [day(351), day(365)]);
        let endless = Window { from: day(0), until: None };
        assert!(facts("gft_1", endless, &Receipt::nothing()).is_empty());
    }

    #[test]
    fn an_end_is_news_only_where_nothing_goes_on() {
        let news = News::RightEnded { receipt: Receipt::nothing(), until: day(30) };
        let gift = right(Source::Gift, Some(30));
        assert!(still_holds(&news, std::slice::from_ref(&gift), &[]));
        assert!(!still_holds(&news, &[], &[]), "it was taken away before");
        for other in [right(Source::Contribution, Some(60)), right(Source::Comp, None)] {
            assert!(!still_holds(&news, &[gift.clone(), other], &[]));
        }
        let elsewhere = Entitlement { plan_id: PlanId::mint(day(1), &Nines), ..right(Source::Comp, None) };
        assert!(still_holds(&news, &[gift.clone(), elsewhere], &[]), "another plan is another thing");
        assert!(!still_holds(&news, &[right(Source::Offline, Some(30))], &[]), "that has mail of its own");
        assert!(still_holds(&News::CustomerDeleted, &[], &[]));
    }
}
