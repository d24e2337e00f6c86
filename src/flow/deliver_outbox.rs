//! Sending what waits in the outbox: mail, and what the gateway is to do. Everything may be sent twice and says the same.
//!
//! Mail goes on a lane of its own, as much at once as there are connections, so that a slow mail server holds up nothing
//! else. What fails is tried again later and later, until it is of no more use; what is refused for good is given up at once.
//! Either leaves an audit record.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;

pub use super::write_mail::theme_of;
use super::{Context, Phase, StoreError, apply_gift, write_mail};
use crate::{
    domain::{
        actor::Actor,
        cancellation,
        entropy::{self, Entropy},
        gift::Gift,
        id::{AttemptId, AuditId, CancellationId, GiftId},
        mail::Mail,
        newsroom::Newsroom,
        time::{DAY_MILLIS, Moment, SECOND_MILLIS},
    },
    gateway::{
        mail::{MailError, Mailer},
        payment::GatewayError,
    },
    store::{
        self, Conn,
        outbox::{Claimed, Lane, Message},
    },
};

/// How many calls to the gateway are claimed in one go.
const CALLS: i64 = 20;
/// How long a claim of calls lasts, in milliseconds.
const CALLS_LEASE_MILLIS: i64 = 60_000;
/// How much longer a claim of mail lasts than sending it can, in milliseconds.
const MAIL_LEASE_SLACK_MILLIS: i64 = 15_000;
/// The longest pause between two tries of a call to the gateway, in milliseconds.
const CALL_PAUSE_MAX_MILLIS: i64 = 300 * SECOND_MILLIS;

/// After how long it is looked again whether a payer's bank has decided, in milliseconds.
const BANK_PAUSE_MILLIS: i64 = DAY_MILLIS;

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

/// Sends mail that is due. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn deliver_mail(context: &Context, mailer: &Mailer, newsroom: &Newsroom) -> Result<bool, StoreError> {
    let lease_millis = millis(mailer.longest()) + MAIL_LEASE_SLACK_MILLIS;
    let at_once_max = i64::try_from(mailer.at_once_max()).unwrap_or(i64::MAX);
    let claimed = claim(context, Lane::Mail, lease_millis, at_once_max).await?;
    let sending =
        claimed.iter().map(|message| deliver_one(context, message, send_mail(context, mailer, newsroom, message)));
    // Each comes to its end, whatever becomes of the others.
    join_all(sending).await.into_iter().collect::<Result<(), StoreError>>()?;
    Ok(!claimed.is_empty())
}

/// Does what is due at the gateway. Says whether there was anything.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn deliver_calls(context: &Context) -> Result<bool, StoreError> {
    let claimed = claim(context, Lane::Gateway, CALLS_LEASE_MILLIS, CALLS).await?;
    for (at, message) in claimed.iter().enumerate() {
        if context.stop.has_reached(Phase::Asked) {
            release(context, &claimed[at..]).await?;
            return Ok(false);
        }
        deliver_one(context, message, call(context, message)).await?;
    }
    Ok(!claimed.is_empty())
}

async fn claim(context: &Context, lane: Lane, lease_millis: i64, limit: i64) -> Result<Vec<Claimed>, StoreError> {
    let now = context.clock.wall();
    let mut tx = context.store.begin().await?;
    let claimed = store::outbox::claim(&mut tx, lane, now, now.plus_millis(lease_millis), limit).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Lets go of messages that were claimed and not tried, so that another process need not wait for the lease's end.
async fn release(context: &Context, untried: &[Claimed]) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    for message in untried {
        store::outbox::release(&mut tx, message).await?;
    }
    tx.commit().await
}

async fn deliver_one(
    context: &Context,
    message: &Claimed,
    sending: impl Future<Output = Result<(), DeliverError>>,
) -> Result<(), StoreError> {
    if message.expires_at <= context.clock.wall() {
        let last = message.last_error.as_deref().unwrap_or("it was never tried");
        return give_up(context, message, "expired", last).await;
    }
    let sent = tokio::select! {
        sent = sending => sent,
        () = context.stop.reached(Phase::Cut) => Err(DeliverError::Stopping),
    };
    match sent {
        Ok(()) => mark_sent(context, message).await,
        Err(DeliverError::Mail(MailError::Refused(reply))) => give_up(context, message, "refused", &reply).await,
        Err(error) => retry(context, message, &error).await,
    }
}

async fn send_mail(
    context: &Context,
    mailer: &Mailer,
    newsroom: &Newsroom,
    message: &Claimed,
) -> Result<(), DeliverError> {
    let (Message::Mail { mail }, Some(person_id)) = (&message.message, &message.person_id) else { return Ok(()) };
    let mut conn = context.store.read().await?;
    let person = store::person::find(&mut conn, person_id).await?;
    let usable_until = usable_until(context, &mut conn, mail, message.expires_at).await?;
    let declared = declared(&mut conn, mail).await?;
    let gift = gift(&mut conn, mail).await?;
    drop(conn);
    // A person who was erased in the meantime is not written to.
    let Some(person) = person else { return Ok(()) };
    let rendered = write_mail::render(context, newsroom, &person, mail, usable_until, declared, gift);
    let Some(rendered) = rendered else { return Ok(()) };
    Ok(mailer.send(message.id.as_str(), &person.email, rendered, context.clock.wall()).await?)
}

/// The declaration that a mail answers. It is not in the outbox: what somebody typed stands in one place.
async fn declared(conn: &mut Conn, mail: &Mail) -> Result<Option<cancellation::Request>, StoreError> {
    let Mail::CancellationReceived { request_id } = mail else { return Ok(None) };
    match CancellationId::parse(request_id) {
        Ok(id) => store::cancellation::find(conn, &id).await,
        Err(_) => Ok(None),
    }
}

/// The gift that a mail is about, with the title of its plan; none once its code opens nothing any more.
async fn gift(conn: &mut Conn, mail: &Mail) -> Result<Option<(Gift, String)>, StoreError> {
    let Mail::GiftCode { gift_id, .. } = mail else { return Ok(None) };
    let Ok(id) = GiftId::parse(gift_id) else { return Ok(None) };
    let Some(gift) = store::gift::find(conn, &id).await? else { return Ok(None) };
    let plan = apply_gift::receipt(conn, &gift).await?.plan;
    Ok(Some((gift, plan)))
}

/// Until when link and code of a mail work; none if they do not. A mail about a payment is of use for longer than its code.
async fn usable_until(
    context: &Context,
    conn: &mut Conn,
    mail: &Mail,
    expires_at: Moment,
) -> Result<Option<Moment>, StoreError> {
    let Mail::PaidSignIn { attempt_id, .. } = mail else { return Ok(Some(expires_at)) };
    let Ok(id) = AttemptId::parse(attempt_id) else { return Ok(None) };
    let attempt = store::attempt::find(conn, &id).await?;
    Ok(attempt.filter(|attempt| !attempt.is_expired(context.clock.wall())).map(|attempt| attempt.expires_at))
}

async fn call(context: &Context, message: &Claimed) -> Result<(), DeliverError> {
    match &message.message {
        Message::Mail { .. } => {}
        Message::CancelSubscription { gateway_subscription_id } => {
            context.payments.cancel_and_forgive(gateway_subscription_id).await?;
        }
        Message::CancelAndRefund { gateway_subscription_id } => {
            context.payments.cancel_and_refund(gateway_subscription_id).await?;
        }
        Message::EndSubscription { gateway_subscription_id, later_at_millis } => {
            let later_at = later_at_millis.map(Moment::from_millis);
            context.payments.end_later(gateway_subscription_id, later_at, message.id.as_str()).await?;
        }
        Message::ExpireCheckout { gateway_session_id } => {
            context.payments.expire_checkout(gateway_session_id).await?;
        }
    }
    Ok(())
}

async fn mark_sent(context: &Context, message: &Claimed) -> Result<(), StoreError> {
    count(context, message, "sent");
    let mut tx = context.store.begin().await?;
    store::outbox::mark_sent(&mut tx, &message.id, context.clock.wall()).await?;
    tx.commit().await
}

async fn retry(context: &Context, message: &Claimed, error: &DeliverError) -> Result<(), StoreError> {
    tracing::warn!(%error, message = %message.id, attempts = message.attempts + 1, "a message did not go out");
    count(context, message, "put_off");
    let pause_millis = match error {
        DeliverError::Gateway(GatewayError::Disputed) => BANK_PAUSE_MILLIS,
        _ => pause_millis(message, context.entropy.as_ref()),
    };
    let mut tx = context.store.begin().await?;
    let due_at = context.clock.wall().plus_millis(pause_millis);
    store::outbox::retry_at(&mut tx, message, due_at, &error.to_string()).await?;
    tx.commit().await
}

async fn give_up(context: &Context, message: &Claimed, outcome: &'static str, why: &str) -> Result<(), StoreError> {
    let now = context.clock.wall();
    let kind = message.message.kind();
    let mail = mail_of(message).map(Mail::kind);
    let mut tx = context.store.begin().await?;
    if store::outbox::give_up(&mut tx, message, now, &format!("{outcome}: {why}")).await? {
        let record = store::audit::Record {
            id: AuditId::mint(now, context.entropy.as_ref()),
            at: now,
            actor: &Actor::Schedule,
            action: "outbox.given_up",
            subject_id: message.id.as_str(),
            detail: json!({ "kind": kind, "mail": mail, "outcome": outcome, "why": why, "attempts": message.attempts }),
        };
        store::audit::insert(&mut tx, &record).await?;
        tracing::error!(message = %message.id, kind, mail, outcome, why, "a message was given up");
        count(context, message, outcome);
    }
    tx.commit().await
}

fn mail_of(message: &Claimed) -> Option<&Mail> {
    match &message.message {
        Message::Mail { mail } => Some(mail),
        _ => None,
    }
}

fn count(context: &Context, message: &Claimed, outcome: &'static str) {
    if mail_of(message).is_some() {
        context.metrics.mail(outcome);
    }
}

/// The pause before the next try, in milliseconds: doubling from a second, and up to half of it taken off at random, so that
/// what failed together does not come back together.
fn pause_millis(message: &Claimed, entropy: &dyn Entropy) -> i64 {
    let longest = mail_of(message).map_or(CALL_PAUSE_MAX_MILLIS, Mail::pause_max_millis);
    let doublings = u32::try_from(message.attempts.clamp(0, 20)).unwrap_or(20);
    let pause = (SECOND_MILLIS << doublings).min(longest);
    let random = i64::from(u16::from_le_bytes(entropy::bytes::<2>(entropy)));
    pause - pause / 2 * random / i64::from(u16::MAX)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OutboxId;

    struct Always(u8);

    impl Entropy for Always {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn message(message: Message, attempts: i64) -> Claimed {
        let at = Moment::from_millis(0);
        let id = OutboxId::mint(at, &Always(0));
        Claimed { id, person_id: None, message, attempts, last_error: None, expires_at: at }
    }

    fn pauses(of: &Message, random: u8) -> Vec<i64> {
        let attempts = [0, 1, 2, 5, 9, 20, 1_000];
        attempts.map(|attempts| pause_millis(&message(of.clone(), attempts), &Always(random))).to_vec()
    }

    #[test]
    fn the_pause_doubles_up_to_what_the_message_bears() {
        let code = Message::Mail { mail: Mail::SignIn { attempt_id: String::new() } };
        let told = Message::Mail { mail: Mail::AddressChanged { masked_new_email: String::new() } };
        let call = Message::ExpireCheckout { gateway_session_id: String::new() };
        assert_eq!(pauses(&code, 0), [1_000, 2_000, 4_000, 30_000, 30_000, 30_000, 30_000]);
        assert_eq!(pauses(&told, 0), [1_000, 2_000, 4_000, 32_000, 512_000, 900_000, 900_000]);
        assert_eq!(pauses(&call, 0), [1_000, 2_000, 4_000, 32_000, 300_000, 300_000, 300_000]);
    }

    #[test]
    fn chance_takes_off_up_to_half() {
        let code = Message::Mail { mail: Mail::SignIn { attempt_id: String::new() } };
        assert_eq!(pauses(&code, 0xff), [500, 1_000, 2_000, 15_000, 15_000, 15_000, 15_000]);
        let some = pauses(&code, 0x80)[5];
        assert!((15_001..30_000).contains(&some), "{some}");
    }
}
