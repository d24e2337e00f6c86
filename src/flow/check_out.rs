//! Starting to pay. The browser names a price by id and nothing else: amount, plan and gates are the catalogue's.

use super::{Context, StoreError, posting, return_address};
use crate::{
    domain::{
        checkout::{Attribution, Checkout, CheckoutState, Purpose},
        email::Email,
        gift::{Gift, Note},
        id::{CampaignId, CheckoutId, GiftId, MemberId, PersonId, PriceId},
        member::Person,
        money::Currency,
        plan::{AmountFault, Interval, Price},
        time::{DAY_MILLIS, Moment},
    },
    flow::{
        limit_checkouts::{self, LimitError},
        once::{self, Once},
        sync_catalogue::{self, SyncError},
    },
    gateway::payment::{CheckoutDraft, GatewayError, HostedCheckout, Payer, Priced},
    store::{self, Conn, outbox::Message},
};

/// What a payer asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The price.
    pub price_id: PriceId,
    /// The amount that the payer chose, in minor units; none where the price has its own.
    pub amount_minor: Option<i64>,
    /// Whom it is for, where that is somebody else.
    pub gift: Option<GiftOrder>,
    /// A promotion code to take off.
    pub promotion_code: Option<String>,
    /// The address, unless the payer is signed in.
    pub email: Option<Email>,
    /// The campaign whose page led here, by slug.
    pub campaign: Option<String>,
    /// Where the payer came from.
    pub attribution: Attribution,
    /// Where to go afterwards: a registered address, or none.
    pub return_to: Option<String>,
    /// The language to write to the payer in.
    pub locale: String,
    /// SHA-256 of the session cookie that the browser has from now on, in hexadecimal.
    pub browser_hash: String,
    /// SHA-256 of the session cookie that it had before, in hexadecimal.
    pub replaced_hash: Option<String>,
    /// Who is signed in.
    pub member_id: Option<MemberId>,
    /// The caller's idempotency key with what it is bound to, if there is one.
    pub once: Option<Once>,
}

/// A gift as ordered.
#[derive(Clone, Debug)]
pub struct GiftOrder {
    /// Whom the code is mailed to; none when the payer hands it over.
    pub recipient: Option<Email>,
    /// What the payer wrote.
    pub note: Note,
    /// When the code is mailed; none as soon as it is paid.
    pub send_at: Option<Moment>,
}

/// A checkout to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The checkout.
    pub checkout_id: CheckoutId,
    /// The page to pay on.
    pub url: String,
    /// Whether it was started by an earlier request with the same idempotency key.
    pub repeated: bool,
}

/// Why no checkout was started.
#[derive(Debug, thiserror::Error)]
pub enum CheckOutError {
    /// No such price is on sale.
    #[error("no such price is on sale")]
    UnknownPrice,
    /// The amount is not one that the price takes.
    #[error("the price takes another amount")]
    WrongAmount(AmountFault),
    /// The price opens nothing that could be given.
    #[error("the price is no gift")]
    NoGift,
    /// The member pays in another currency, and stays with it.
    #[error("the member pays in {0}")]
    OtherCurrency(Currency),
    /// No such promotion code holds.
    #[error("no such promotion code holds")]
    UnknownPromotionCode,
    /// The code does not go with this: a contribution takes none, and what is paid once is not given away.
    #[error("the promotion code does not go with this price")]
    CodeNotTaken,
    /// No such campaign.
    #[error("no such campaign")]
    UnknownCampaign,
    /// Nobody is signed in and no address was given.
    #[error("an address is needed")]
    EmailMissing,
    /// The return address is not registered.
    #[error("the return address is not registered")]
    ReturnToNotAllowed,
    /// The member has a running membership: the portal is the place to change it.
    #[error("there is a running membership")]
    AlreadyMember,
    /// The same idempotency key came with another request before.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// Too many checkouts for this address, or by everybody.
    #[error(transparent)]
    Limited(#[from] LimitError),
    /// The gateway did not answer; nothing was taken.
    #[error(transparent)]
    Payments(#[from] GatewayError),
    /// The database.
    #[error(transparent)]
    Internal(#[from] StoreError),
}

impl From<SyncError> for CheckOutError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Gateway(error) => Self::Payments(error),
            SyncError::Internal(error) => Self::Internal(error),
        }
    }
}

/// The currency that a member has paid in: the gateway's customers stay with theirs.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn fixed_currency(context: &Context, member_id: &MemberId) -> Result<Option<Currency>, StoreError> {
    store::price::find_currency_of_member(&mut *context.store.read().await?, member_id).await
}

/// Starts a checkout. Asked again with the same idempotency key, it is the same checkout.
///
/// # Errors
/// [`CheckOutError`]; nothing was taken.
pub async fn start(context: &Context, order: &Order) -> Result<Started, CheckOutError> {
    let promotion_code_id = find_promotion_code(context, order).await?;
    let mut tx = context.store.begin().await?;
    let price = store::price::find_on_sale(&mut tx, &order.price_id).await?.ok_or(CheckOutError::UnknownPrice)?;
    price.amount_of(order.amount_minor).map_err(CheckOutError::WrongAmount)?;
    if order.gift.is_some() && price.gift_months().is_none() {
        return Err(CheckOutError::NoGift);
    }
    if price.is_contribution() && order.promotion_code.is_some() {
        return Err(CheckOutError::CodeNotTaken);
    }
    let (checkout, person, repeated) = find_or_insert(context, &mut tx, order, &price).await?;
    tx.commit().await?;
    context.wake.outbox();
    if let Some(url) = checkout.url.clone() {
        return Ok(Started { checkout_id: checkout.id, url, repeated });
    }
    let hosted = host(context, &checkout, &person, &price, promotion_code_id.as_deref()).await?;
    let mut tx = context.store.begin().await?;
    let now = context.clock.wall();
    store::checkout::open(&mut tx, &checkout.id, &hosted.session_id, &hosted.url, now).await?;
    tx.commit().await?;
    Ok(Started { checkout_id: checkout.id, url: hosted.url, repeated })
}

/// Whether a code holds is the gateway's to say, before anything is written.
async fn find_promotion_code(context: &Context, order: &Order) -> Result<Option<String>, CheckOutError> {
    let Some(code) = &order.promotion_code else { return Ok(None) };
    let found = context.payments.find_promotion_code(code).await?;
    found.map(Some).ok_or(CheckOutError::UnknownPromotionCode)
}

async fn find_or_insert(
    context: &Context,
    conn: &mut Conn,
    order: &Order,
    price: &Price,
) -> Result<(Checkout, Person, bool), CheckOutError> {
    let mut id = CheckoutId::mint(context.clock.wall(), context.entropy.as_ref());
    if let Some(once) = &order.once {
        let first = once::remember(context, conn, once, id.as_str()).await?.ok_or(CheckOutError::KeyReused)?;
        id = CheckoutId::parse(&first).map_err(|_| CheckOutError::KeyReused)?;
        if let Some(checkout) = store::checkout::find(conn, &id).await? {
            let person = store::person::find(conn, &checkout.person_id).await?;
            return Ok((checkout, person.ok_or(CheckOutError::EmailMissing)?, true));
        }
    }
    let campaign_id = find_campaign(conn, order.campaign.as_deref()).await?;
    if let Some(address) = &order.return_to
        && !return_address::is_allowed(context, conn, address).await?
    {
        return Err(CheckOutError::ReturnToNotAllowed);
    }
    let person = find_payer(context, conn, order, price).await?;
    let checkout = draft(context, order, id, &person.id, price, campaign_id);
    store::checkout::insert(conn, &checkout).await?;
    if let Some(gift) = &order.gift {
        order_gift(context, conn, gift, &checkout, price, &order.locale).await?;
    }
    expire_older(context, conn, &checkout, order.replaced_hash.as_deref()).await?;
    // The last thing before the commit: nobody waits for the common budget's row for long.
    limit_checkouts::take_for(context, conn, order).await?;
    Ok((checkout, person, false))
}

/// A gift that was ordered. Nobody is told of it before it is paid.
async fn order_gift(
    context: &Context,
    conn: &mut Conn,
    order: &GiftOrder,
    checkout: &Checkout,
    price: &Price,
    locale: &str,
) -> Result<(), CheckOutError> {
    let now = context.clock.wall();
    let recipient_id = match &order.recipient {
        Some(email) => {
            let id = PersonId::mint(now, context.entropy.as_ref());
            let draft = Person { id, email: email.clone(), name: None, locale: locale.to_owned() };
            Some(store::person::find_or_insert(conn, &draft, now).await?.id)
        }
        None => None,
    };
    let gift = Gift {
        id: GiftId::mint(now, context.entropy.as_ref()),
        checkout_id: checkout.id.clone(),
        plan_id: price.plan_id.clone(),
        months: price.gift_months().ok_or(CheckOutError::NoGift)?,
        giver_id: None,
        recipient_id,
        note: order.note.clone(),
        send_at: order.send_at,
        money: None,
        settled_at: None,
        sent_at: None,
        expires_at: None,
        redeemed: None,
        revoked_at: None,
    };
    let code_hash = context.secret.gift_hash(&context.secret.gift_code(&gift.id));
    Ok(store::gift::insert(conn, &gift, &code_hash, now).await?)
}

async fn find_campaign(conn: &mut Conn, slug: Option<&str>) -> Result<Option<CampaignId>, CheckOutError> {
    let Some(slug) = slug else { return Ok(None) };
    let campaign = store::campaign::find_by_slug(conn, slug).await?.filter(|campaign| campaign.published_at.is_some());
    campaign.map(|campaign| Some(campaign.id)).ok_or(CheckOutError::UnknownCampaign)
}

/// A signed-in member pays as themselves. Anybody else pays as an address: no member is looked for, so none is revealed.
async fn find_payer(context: &Context, conn: &mut Conn, order: &Order, price: &Price) -> Result<Person, CheckOutError> {
    let member = match &order.member_id {
        Some(id) => store::member::find(conn, id).await?,
        None => None,
    };
    if let Some(member) = member {
        let paid_in = store::price::find_currency_of_member(conn, &member.id).await?;
        if let Some(paid_in) = paid_in.filter(|paid_in| *paid_in != price.money.currency) {
            return Err(CheckOutError::OtherCurrency(paid_in));
        }
        let subscriptions = store::subscription::list_of_member(conn, &member.id).await?;
        if order.gift.is_none()
            && !price.is_contribution()
            && subscriptions.iter().any(|subscription| subscription.is_live())
        {
            return Err(CheckOutError::AlreadyMember);
        }
        if let Some(person_id) = &member.person_id
            && let Some(person) = store::person::find(conn, person_id).await?
        {
            return Ok(person);
        }
    }
    let now = context.clock.wall();
    let email = order.email.clone().ok_or(CheckOutError::EmailMissing)?;
    let id = PersonId::mint(now, context.entropy.as_ref());
    let person = Person { id, email, name: None, locale: order.locale.clone() };
    Ok(store::person::find_or_insert(conn, &person, now).await?)
}

fn draft(
    context: &Context,
    order: &Order,
    id: CheckoutId,
    person_id: &PersonId,
    price: &Price,
    campaign_id: Option<CampaignId>,
) -> Checkout {
    Checkout {
        id,
        person_id: person_id.clone(),
        member_id: order.member_id.clone(),
        by_member: order.member_id.is_some(),
        made_member: false,
        purpose: match price.interval {
            _ if order.gift.is_some() => Purpose::Gift,
            Interval::Once => Purpose::Contribution,
            Interval::Month | Interval::Year => Purpose::Membership,
        },
        price_id: price.id.clone(),
        amount_minor: order.amount_minor,
        promotion_code: order.promotion_code.clone(),
        campaign_id,
        state: CheckoutState::Creating,
        browser_hash: order.browser_hash.clone(),
        attribution: order.attribution.clone(),
        return_to: order.return_to.clone(),
        gateway_session_id: None,
        url: None,
        created_at: context.clock.wall(),
    }
}

/// A new checkout takes older open ones of the same browser or member out of use, so that a double click pays once.
async fn expire_older(
    context: &Context,
    conn: &mut Conn,
    newest: &Checkout,
    replaced: Option<&str>,
) -> Result<(), StoreError> {
    let now = context.clock.wall();
    for gateway_session_id in store::checkout::replace_older(conn, newest, replaced, now).await? {
        posting::post(context, conn, None, Message::ExpireCheckout { gateway_session_id }, DAY_MILLIS).await?;
    }
    Ok(())
}

/// Makes the checkout at the gateway. The checkout's id is the idempotency key: after a lost reply the same one is used.
async fn host(
    context: &Context,
    checkout: &Checkout,
    person: &Person,
    price: &Price,
    promotion_code_id: Option<&str>,
) -> Result<HostedCheckout, CheckOutError> {
    let money = price.amount_of(checkout.amount_minor).map_err(CheckOutError::WrongAmount)?;
    // A gift is paid once, whatever its price is billed by.
    let is_listed = price.is_made_at_gateway() && checkout.purpose == Purpose::Membership;
    let interval = if checkout.purpose == Purpose::Gift { Interval::Once } else { price.interval };
    let made_id = match &price.gateway_price_id {
        Some(id) if is_listed => id.clone(),
        _ if is_listed => sync_catalogue::make_price(context, price).await?,
        _ => sync_catalogue::make_product(context, price).await?,
    };
    let priced = match is_listed {
        true => Priced::Listed(&made_id),
        false => Priced::Own { product_id: &made_id, money, tax: price.tax },
    };
    let customer_id = match &checkout.member_id {
        Some(member_id) if checkout.by_member => Some(customer_of(context, member_id, &person.email).await?),
        _ => None,
    };
    let page = match checkout.purpose {
        Purpose::Gift => "gift",
        _ if price.is_contribution() => "give",
        _ => "join",
    };
    let base = context.settings.base_url.as_str().trim_end_matches('/');
    let draft = CheckoutDraft {
        checkout_id: &checkout.id,
        payer: customer_id.as_deref().map_or(Payer::Address(&person.email), Payer::Customer),
        priced,
        interval,
        promotion_code_id,
        success_url: &format!("{base}/welcome?checkout={}", checkout.id),
        cancel_url: &format!("{base}/{page}?checkout={}", checkout.id),
        extras: context.settings.extras,
    };
    let hosted = context.payments.create_checkout(&draft).await?;
    if hosted.is_free && interval == Interval::Once {
        context.payments.expire_checkout(&hosted.session_id).await?;
        return Err(CheckOutError::CodeNotTaken);
    }
    Ok(hosted)
}

async fn customer_of(context: &Context, member_id: &MemberId, email: &Email) -> Result<String, CheckOutError> {
    let mut conn = context.store.read().await?;
    let known = store::customer::list_of_member(&mut conn, member_id).await?.into_iter().next();
    drop(conn);
    if let Some(id) = &known
        && context.payments.has_customer(id).await?
    {
        return Ok(id.clone());
    }
    let id = context.payments.create_customer(member_id, email, known.as_deref()).await?;
    let mut tx = context.store.begin().await?;
    store::customer::set_member(&mut tx, &id, member_id, context.clock.wall()).await?;
    tx.commit().await?;
    Ok(id)
}
