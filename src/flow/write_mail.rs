//! Writing a mail: what was posted, in the words and colours of the newsroom as it is now.

use super::Context;
use crate::{
    domain::{
        cancellation::Request,
        gift::Gift,
        id::AttemptId,
        mail::{GiftTo, Mail},
        member::Person,
        newsroom::Newsroom,
        time::Moment,
    },
    gateway::mail::render::{
        AddressChangedMail, CancellationMail, ConfirmAddressMail, DuplicateRefundedMail, GiftMail, Letterhead,
        MembershipMail, OfflineEndMail, PaidLateMail, PaidSignInMail, RenderedMail, SignInMail, WelcomeMail,
    },
    text::{Colour, Library, Price as TextPrice, Theme},
};

fn letterhead(context: &Context, newsroom: &Newsroom, person: &Person) -> Letterhead {
    let zone = jiff::tz::TimeZone::get(&newsroom.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Letterhead {
        texts: Library::shared().negotiate(&person.locale),
        theme: theme_of(newsroom),
        time_zone: zone,
        now: context.clock.business().timestamp(),
        base_url: context.settings.base_url.as_str().trim_end_matches('/').to_owned(),
    }
}

/// The mail as it goes out; none when what it answers is gone. Link and code hold until `usable_until`, if they still do;
/// `declared` is the declaration that is answered, `gift` the gift that it is about.
pub(super) fn render(
    context: &Context,
    newsroom: &Newsroom,
    person: &Person,
    mail: &Mail,
    usable_until: Option<Moment>,
    declared: Option<Request>,
    gift: Option<(Gift, String)>,
) -> Option<RenderedMail> {
    let head = letterhead(context, newsroom, person);
    let link = |path: &str, attempt_id: &str| format!("{}{path}{}", head.base_url, link_token(context, attempt_id));
    let sign_in_link = |attempt_id: &str| link("/sign-in/link?token=", attempt_id);
    let minutes_left = usable_until.map(|until| minutes_between(context.clock.wall(), until));
    let valid_minutes = minutes_left.unwrap_or(crate::domain::attempt::ATTEMPT_TTL_SECONDS / 60);
    let rendered = match mail {
        Mail::SignIn { attempt_id } => {
            let (link, code) = (sign_in_link(attempt_id), code(context, attempt_id));
            SignInMail { link, code, valid_minutes }.render(&head)
        }
        Mail::Welcome { .. } => welcome(mail)?.render(&head),
        Mail::PaidSignIn { receipt, .. } if minutes_left.is_none() => {
            PaidLateMail { plan_title: receipt.plan.clone(), price: receipt.into() }.render(&head)
        }
        Mail::PaidSignIn { receipt, attempt_id } => {
            let (link, code) = (sign_in_link(attempt_id), code(context, attempt_id));
            let (plan_title, price) = (receipt.plan.clone(), receipt.into());
            PaidSignInMail { link, code, valid_minutes, plan_title, price }.render(&head)
        }
        Mail::ConfirmAddress { attempt_id } => {
            let link = link("/account/confirm-email?token=", attempt_id);
            ConfirmAddressMail { link, valid_minutes }.render(&head)
        }
        Mail::AddressChanged { masked_new_email } => {
            AddressChangedMail { masked_new_email: masked_new_email.clone() }.render(&head)
        }
        Mail::Membership { news } => MembershipMail { news: news.clone() }.render(&head),
        Mail::DuplicateRefunded { receipt } => {
            DuplicateRefundedMail { plan_title: receipt.plan.clone(), refunded: TextPrice::from(receipt) }.render(&head)
        }
        Mail::OfflineEnds { plan, until_millis } | Mail::OfflineEnded { plan, until_millis } => OfflineEndMail {
            plan_title: plan.clone(),
            until: Moment::from_millis(*until_millis).timestamp(),
            has_ended: matches!(mail, Mail::OfflineEnded { .. }),
        }
        .render(&head),
        Mail::GiftCode { to, is_reminder, .. } => {
            let (gift, plan) = gift.filter(|(gift, _)| gift.standing(context.clock.business()).is_open())?;
            gift_mail(context, gift, plan, *to, *is_reminder)?.render(&head)
        }
        Mail::CancellationReceived { .. } => {
            let email = person.email.as_str().to_owned();
            return declared.map(|request| CancellationMail { email, request }.render(&head));
        }
    };
    Some(rendered)
}

fn welcome(mail: &Mail) -> Option<WelcomeMail> {
    let Mail::Welcome { receipt, member_number, paid_at_millis, return_to, free_until_millis, paid } = mail else {
        return None;
    };
    let at = |millis: i64| Moment::from_millis(millis).timestamp();
    Some(WelcomeMail {
        plan_title: receipt.plan.clone(),
        price: TextPrice::from(receipt),
        paid_at: at(*paid_at_millis),
        next_payment_at: receipt.next_payment_at_millis.map(at),
        next_payment_minor: receipt.next_payment_minor,
        number: *member_number,
        paid: *paid,
        count: None,
        return_to: return_to.clone(),
        free_until: free_until_millis.map(at),
    })
}

fn gift_mail(context: &Context, gift: Gift, plan: String, to: GiftTo, is_reminder: bool) -> Option<GiftMail> {
    let code = context.secret.gift_code(&gift.id).to_string();
    let redeem_until = gift.expires_at?.timestamp();
    Some(GiftMail { plan, months: gift.months, code, redeem_until, note: gift.note, to, is_reminder })
}

/// A newsroom's look; an accent that is no colour was refused when it was declared.
pub fn theme_of(newsroom: &Newsroom) -> Theme {
    Theme {
        newsroom: newsroom.name.clone(),
        tagline: newsroom.tagline.clone(),
        home_url: newsroom.website.clone(),
        contact_email: newsroom.contact_email.clone(),
        accent: newsroom.accent.parse().unwrap_or(Colour::INK),
    }
}

/// Minutes, the last one begun counted whole.
fn minutes_between(now: Moment, until: Moment) -> i64 {
    (until.millis_since(now) + 59_999).div_euclid(60_000).max(1)
}

fn link_token(context: &Context, attempt_id: &str) -> String {
    AttemptId::parse(attempt_id).map(|id| context.secret.link_token(&id)).unwrap_or_default()
}

fn code(context: &Context, attempt_id: &str) -> String {
    AttemptId::parse(attempt_id).map(|id| context.secret.code(&id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_has_begun_counts_whole() {
        let between = |millis| minutes_between(Moment::from_millis(0), Moment::from_millis(millis));
        assert_eq!([900_000, 840_001, 60_001, 60_000, 1].map(between), [15, 15, 2, 1, 1]);
    }
}
