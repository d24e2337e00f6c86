//! Sending what waits in the outbox: mail, and what the gateway is to do. Everything may be sent twice and says the same.

use super::{Context, Phase, StoreError, work_inbox};
use crate::{
    domain::{
        id::AttemptId,
        mail::{Mail, Receipt},
        member::Person,
        newsroom::Newsroom,
        plan::Interval,
        time::Moment,
    },
    gateway::{
        mail::{
            MailError, Mailer,
            render::{
                AddressChangedMail, ConfirmAddressMail, DuplicateRefundedMail, Letterhead, PaidSignInMail,
                RenderedMail, SignInMail, WelcomeMail,
            },
        },
        payment::GatewayError,
    },
    store::{
        self,
        outbox::{Claimed, Message},
    },
    text::{Colour, Interval as TextInterval, Library, Price as TextPrice, Theme},
};

/// How many messages are claimed in one go.
const BATCH: i64 = 20;
/// How long a claim lasts, in milliseconds.
const LEASE_MILLIS: i64 = 60_000;

/// Why a message did not go out.
#[derive(Debug, thiserror::Error)]
enum DeliverError {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("this process stops")]
    Stopping,
}

/// Sends what is due. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn deliver(context: &Context, mailer: &Mailer, newsroom: &Newsroom) -> Result<bool, StoreError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let claimed = store::outbox::claim(&mut tx, now, now.plus_millis(LEASE_MILLIS), BATCH).await?;
    tx.commit().await?;
    for (at, message) in claimed.iter().enumerate() {
        if context.stop.has_reached(Phase::Asked) {
            release(context, &claimed[at..]).await?;
            return Ok(false);
        }
        deliver_one(context, mailer, newsroom, message).await?;
    }
    Ok(!claimed.is_empty())
}

/// Lets go of messages that were claimed and not tried, so that another process need not wait for the lease's end.
async fn release(context: &Context, untried: &[Claimed]) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    for message in untried {
        store::outbox::release(&mut tx, &message.id).await?;
    }
    tx.commit().await
}

async fn deliver_one(
    context: &Context,
    mailer: &Mailer,
    newsroom: &Newsroom,
    message: &Claimed,
) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let sent = match message.expires_at <= now {
        true => None,
        false => Some(tokio::select! {
            sent = send(context, mailer, newsroom, message) => sent,
            () = context.stop.reached(Phase::Cut) => Err(DeliverError::Stopping),
        }),
    };
    let mut tx = context.store.begin().await?;
    match sent {
        None => store::outbox::give_up(&mut tx, &message.id, now, "expired").await?,
        Some(Ok(())) => store::outbox::mark_sent(&mut tx, &message.id, now).await?,
        Some(Err(error)) => {
            tracing::warn!(%error, message = %message.id, attempts = message.attempts, "a message did not go out");
            let due_at = now.plus_millis(work_inbox::pause_millis(message.attempts));
            store::outbox::retry_at(&mut tx, &message.id, due_at, &error.to_string()).await?;
        }
    }
    tx.commit().await
}

async fn send(context: &Context, mailer: &Mailer, newsroom: &Newsroom, message: &Claimed) -> Result<(), DeliverError> {
    match &message.message {
        Message::Mail { mail } => {
            let Some(person_id) = &message.person_id else { return Ok(()) };
            let mut conn = context.store.read().await?;
            let person = store::person::find(&mut conn, person_id).await?;
            drop(conn);
            // A person who was erased in the meantime is not written to.
            let Some(person) = person else { return Ok(()) };
            let rendered = render(context, newsroom, &person, mail);
            mailer.send(message.id.as_str(), &person.email, rendered, context.clock.wall()).await?;
        }
        Message::CancelSubscription { gateway_subscription_id } => {
            context.payments.cancel(gateway_subscription_id).await?;
        }
        Message::CancelAndRefund { gateway_subscription_id } => {
            context.payments.cancel_and_refund(gateway_subscription_id).await?;
        }
        Message::ExpireCheckout { gateway_session_id } => {
            context.payments.expire_checkout(gateway_session_id).await?;
        }
    }
    Ok(())
}

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

fn render(context: &Context, newsroom: &Newsroom, person: &Person, mail: &Mail) -> RenderedMail {
    let head = letterhead(context, newsroom, person);
    let link = |path: &str, attempt_id: &str| format!("{}{path}{}", head.base_url, link_token(context, attempt_id));
    let sign_in_link = |attempt_id: &str| link("/sign-in/link?token=", attempt_id);
    let valid_minutes = crate::domain::attempt::ATTEMPT_TTL_SECONDS / 60;
    match mail {
        Mail::SignIn { attempt_id } => {
            let (link, code) = (sign_in_link(attempt_id), code(context, attempt_id));
            SignInMail { link, code, valid_minutes }.render(&head)
        }
        Mail::Welcome { receipt, member_number, paid_at_millis, return_to } => WelcomeMail {
            plan_title: receipt.plan.clone(),
            price: price(receipt),
            paid_at: Moment::from_millis(*paid_at_millis).timestamp(),
            next_payment_at: receipt.next_payment_at_millis.map(|millis| Moment::from_millis(millis).timestamp()),
            number: *member_number,
            count: None,
            return_to: return_to.clone(),
        }
        .render(&head),
        Mail::PaidSignIn { receipt, attempt_id } => {
            let (link, code) = (sign_in_link(attempt_id), code(context, attempt_id));
            PaidSignInMail { link, code, valid_minutes, plan_title: receipt.plan.clone() }.render(&head)
        }
        Mail::ConfirmAddress { attempt_id } => {
            let link = link("/account/confirm-email?token=", attempt_id);
            ConfirmAddressMail { link, valid_minutes }.render(&head)
        }
        Mail::AddressChanged { masked_new_email } => {
            AddressChangedMail { masked_new_email: masked_new_email.clone() }.render(&head)
        }
        Mail::DuplicateRefunded { receipt } => {
            DuplicateRefundedMail { plan_title: receipt.plan.clone(), refunded: price(receipt) }.render(&head)
        }
    }
}

/// A newsroom's look; an accent that is no colour was refused when it was declared.
pub fn theme_of(newsroom: &Newsroom) -> Theme {
    Theme {
        newsroom: newsroom.name.clone(),
        tagline: newsroom.tagline.clone(),
        home_url: newsroom.website.clone(),
        accent: newsroom.accent.parse().unwrap_or(Colour::INK),
    }
}

fn price(receipt: &Receipt) -> TextPrice {
    let interval = match receipt.interval {
        Interval::Month => TextInterval::Month,
        Interval::Year => TextInterval::Year,
        Interval::Once => TextInterval::Once,
    };
    TextPrice { amount_minor: receipt.amount_minor, currency: receipt.currency.clone(), interval }
}

fn link_token(context: &Context, attempt_id: &str) -> String {
    AttemptId::parse(attempt_id).map(|id| context.secret.link_token(&id)).unwrap_or_default()
}

fn code(context: &Context, attempt_id: &str) -> String {
    AttemptId::parse(attempt_id).map(|id| context.secret.code(&id)).unwrap_or_default()
}
