//! Checkout sessions and customers at the gateway.

use std::collections::HashMap;

use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAutomaticTax, CreateCheckoutSessionCustomerCreation,
    CreateCheckoutSessionCustomerUpdate, CreateCheckoutSessionCustomerUpdateAddress,
    CreateCheckoutSessionCustomerUpdateName, CreateCheckoutSessionDiscounts, CreateCheckoutSessionInvoiceCreation,
    CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionLineItemsPriceDataRecurring, CreateCheckoutSessionLineItemsPriceDataRecurringInterval,
    CreateCheckoutSessionLineItemsPriceDataTaxBehavior, CreateCheckoutSessionPaymentIntentData,
    CreateCheckoutSessionSubscriptionData, CreateCheckoutSessionTaxIdCollection, ExpireCheckoutSession,
    RetrieveCheckoutSession,
};

use super::{GatewayError, PaymentGateway, REFERENCE};
use crate::domain::{
    email::Email,
    id::{CheckoutId, MemberId},
    money::Money,
    payment::{CheckoutSnapshot, CheckoutStatus},
    plan::{Interval, Tax},
};

/// Who pays.
#[derive(Clone, Debug)]
pub enum Payer<'a> {
    /// A customer whom the gateway has.
    Customer(&'a str),
    /// An address; the gateway makes a customer when the payment succeeds, never finds one.
    Address(&'a Email),
}

/// What every checkout offers beside its price.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckoutExtras {
    /// The gateway works out the tax and asks for VAT ids.
    pub tax: bool,
    /// The payer may enter a promotion code.
    pub promotion_codes: bool,
}

/// What is asked for it.
#[derive(Clone, Debug)]
pub enum Priced<'a> {
    /// A price that the gateway has.
    Listed(&'a str),
    /// An amount that the payer chose, or one that is paid once: made with the checkout.
    Own {
        /// The gateway's product.
        product_id: &'a str,
        /// The amount.
        money: Money,
        /// How it relates to tax.
        tax: Tax,
    },
}

/// A checkout session to make.
#[derive(Clone, Debug)]
pub struct CheckoutDraft<'a> {
    /// Our reference and idempotency key.
    pub checkout_id: &'a CheckoutId,
    /// Who pays.
    pub payer: Payer<'a>,
    /// What is asked for it.
    pub priced: Priced<'a>,
    /// How often it is paid.
    pub interval: Interval,
    /// The gateway's promotion code to take off, where the payer named one.
    pub promotion_code_id: Option<&'a str>,
    /// Where to go after paying.
    pub success_url: &'a str,
    /// Where to go after giving up.
    pub cancel_url: &'a str,
    /// What it offers beside the price.
    pub extras: CheckoutExtras,
}

/// A checkout session as made.
#[derive(Clone, Debug)]
pub struct HostedCheckout {
    /// The gateway's session.
    pub session_id: String,
    /// The page to pay on.
    pub url: String,
    /// Whether there is nothing to pay.
    pub is_free: bool,
}

impl PaymentGateway {
    /// Whether a customer is there: staff may have deleted it.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn has_customer(&self, customer_id: &str) -> Result<bool, GatewayError> {
        match self.get(&format!("/customers/{customer_id}"), &Vec::new()).await {
            Ok(customer) => Ok(customer["deleted"] != true),
            Err(GatewayError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes the customer that a member is, in the place of one that is `gone`. Returns its id.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_customer(
        &self,
        member_id: &MemberId,
        email: &Email,
        gone: Option<&str>,
    ) -> Result<String, GatewayError> {
        let metadata = HashMap::from([("masthead_member".to_owned(), member_id.to_string())]);
        let request = stripe_core::customer::CreateCustomer::new().email(email.as_str()).metadata(metadata);
        // The first customer's key would be answered with the first customer.
        let key = gone.map_or_else(|| format!("customer-{member_id}"), |gone| format!("customer-{member_id}-{gone}"));
        let customer = self.write(&request, &key).await?;
        Ok(customer.id.to_string())
    }

    /// The gateway's id of a promotion code that holds now; none when there is no such.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn find_promotion_code(&self, code: &str) -> Result<Option<String>, GatewayError> {
        let query = vec![("code", code.to_owned()), ("active", "true".to_owned()), ("limit", "1".to_owned())];
        let page = self.get("/promotion_codes", &query).await?;
        Ok(page["data"][0]["id"].as_str().map(str::to_owned))
    }

    /// Makes a checkout session: for a subscription, or for a payment that is made once.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_checkout(&self, draft: &CheckoutDraft<'_>) -> Result<HostedCheckout, GatewayError> {
        let reference = HashMap::from([(REFERENCE.to_owned(), draft.checkout_id.to_string())]);
        let request = CreateCheckoutSession::new()
            .client_reference_id(draft.checkout_id.as_str())
            .metadata(reference.clone())
            .line_items(vec![line_of(draft)])
            .success_url(draft.success_url)
            .cancel_url(draft.cancel_url);
        let request = match draft.payer {
            Payer::Customer(id) => request.customer(id),
            Payer::Address(email) => request.customer_email(email.as_str()),
        };
        let request = with_extras(with_mode(request, draft, reference), draft);
        let session = self.write(&request, &format!("checkout-{}", draft.checkout_id)).await?;
        let url = session.url.ok_or_else(|| GatewayError::Unknown("a checkout session without a page".to_owned()))?;
        let is_free = session.amount_total == Some(0);
        Ok(HostedCheckout { session_id: session.id.to_string(), url, is_free })
    }

    /// Makes a checkout session impossible to pay; one that is completed or expired already is left alone.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn expire_checkout(&self, session_id: &str) -> Result<(), GatewayError> {
        let request = ExpireCheckoutSession::new(session_id);
        match self.write(&request, &format!("expire-{session_id}")).await {
            Ok(_) | Err(GatewayError::Missing) => Ok(()),
            // A session that is no longer open is refused with status 400: there is nothing left to expire.
            Err(GatewayError::Refused { status: 400, .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Fetches a checkout session; none when the gateway has no such session.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn fetch_checkout(&self, session_id: &str) -> Result<Option<CheckoutSnapshot>, GatewayError> {
        let session = match self.read(&RetrieveCheckoutSession::new(session_id)).await {
            Ok(session) => session,
            Err(GatewayError::Missing) => return Ok(None),
            Err(error) => return Err(error),
        };
        use stripe_shared::{CheckoutSessionPaymentStatus as Payment, CheckoutSessionStatus as Session};
        let status = match (&session.status, &session.payment_status) {
            (Some(Session::Open), _) => CheckoutStatus::Open,
            (Some(Session::Complete), Payment::Paid | Payment::NoPaymentRequired) => CheckoutStatus::Paid,
            (Some(Session::Complete), _) => CheckoutStatus::Settling,
            (Some(Session::Expired), _) => CheckoutStatus::Expired,
            _ => CheckoutStatus::Open,
        };
        Ok(Some(CheckoutSnapshot {
            checkout_ref: session.client_reference_id,
            status,
            customer_id: session.customer.map(|customer| customer.into_id().to_string()),
        }))
    }
}

fn line_of(draft: &CheckoutDraft<'_>) -> CreateCheckoutSessionLineItems {
    let mut line = CreateCheckoutSessionLineItems::new();
    line.quantity = Some(1);
    match &draft.priced {
        Priced::Listed(gateway_price_id) => line.price = Some((*gateway_price_id).to_owned()),
        Priced::Own { product_id, money, tax } => {
            let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency_of(*money));
            price.product = Some((*product_id).to_owned());
            price.unit_amount = Some(money.amount_minor);
            price.recurring = recurring(draft.interval).map(CreateCheckoutSessionLineItemsPriceDataRecurring::new);
            price.tax_behavior = match tax {
                Tax::Inside => Some(CreateCheckoutSessionLineItemsPriceDataTaxBehavior::Inclusive),
                Tax::OnTop => Some(CreateCheckoutSessionLineItemsPriceDataTaxBehavior::Exclusive),
                Tax::None => None,
            };
            line.price_data = Some(price);
        }
    }
    line
}

fn currency_of(money: Money) -> stripe_types::Currency {
    let Ok(currency) = money.currency.as_str().to_ascii_lowercase().parse();
    currency
}

fn recurring(interval: Interval) -> Option<CreateCheckoutSessionLineItemsPriceDataRecurringInterval> {
    match interval {
        Interval::Month => Some(CreateCheckoutSessionLineItemsPriceDataRecurringInterval::Month),
        Interval::Year => Some(CreateCheckoutSessionLineItemsPriceDataRecurringInterval::Year),
        Interval::Once => None,
    }
}

/// A subscription carries our reference; of a payment that is made once its charge does.
fn with_mode(
    request: CreateCheckoutSession,
    draft: &CheckoutDraft<'_>,
    reference: HashMap<String, String>,
) -> CreateCheckoutSession {
    if draft.interval != Interval::Once {
        let mut subscription = CreateCheckoutSessionSubscriptionData::new();
        subscription.metadata = Some(reference);
        return request.mode(stripe_shared::CheckoutSessionMode::Subscription).subscription_data(subscription);
    }
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(reference);
    let mut request = request.mode(stripe_shared::CheckoutSessionMode::Payment).payment_intent_data(payment);
    if matches!(draft.payer, Payer::Address(_)) {
        request = request.customer_creation(CreateCheckoutSessionCustomerCreation::Always);
    }
    // Tax is written down on an invoice.
    if draft.extras.tax {
        request = request.invoice_creation(CreateCheckoutSessionInvoiceCreation::new(true));
    }
    request
}

fn with_extras(mut request: CreateCheckoutSession, draft: &CheckoutDraft<'_>) -> CreateCheckoutSession {
    // A code that is named already leaves no field to enter one.
    if let Some(id) = draft.promotion_code_id {
        let mut discount = CreateCheckoutSessionDiscounts::new();
        discount.promotion_code = Some(id.to_owned());
        request = request.discounts(vec![discount]);
    // One that takes everything off leaves no charge that a payment made once could go by.
    } else if draft.extras.promotion_codes && draft.interval != Interval::Once {
        request = request.allow_promotion_codes(true);
    }
    if !draft.extras.tax {
        return request;
    }
    request = request
        .automatic_tax(CreateCheckoutSessionAutomaticTax::new(true))
        .tax_id_collection(CreateCheckoutSessionTaxIdCollection::new(true));
    match draft.payer {
        // The tax follows the address and a VAT id belongs to a name: a customer who exists gets both from what is entered.
        Payer::Customer(_) => {
            let mut update = CreateCheckoutSessionCustomerUpdate::new();
            update.address = Some(CreateCheckoutSessionCustomerUpdateAddress::Auto);
            update.name = Some(CreateCheckoutSessionCustomerUpdateName::Auto);
            request.customer_update(update)
        }
        Payer::Address(_) => request,
    }
}
