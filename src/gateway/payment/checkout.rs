//! Checkout sessions and customers at the gateway.

use std::collections::HashMap;

use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAutomaticTax, CreateCheckoutSessionCustomerUpdate,
    CreateCheckoutSessionCustomerUpdateAddress, CreateCheckoutSessionCustomerUpdateName,
    CreateCheckoutSessionLineItems, CreateCheckoutSessionSubscriptionData, CreateCheckoutSessionTaxIdCollection,
    ExpireCheckoutSession, RetrieveCheckoutSession,
};

use super::{GatewayError, PaymentGateway, REFERENCE};
use crate::domain::{
    email::Email,
    id::{CheckoutId, MemberId},
    payment::{CheckoutSnapshot, CheckoutStatus},
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

/// A checkout session to make.
#[derive(Clone, Debug)]
pub struct CheckoutDraft<'a> {
    /// Our reference and idempotency key.
    pub checkout_id: &'a CheckoutId,
    /// Who pays.
    pub payer: Payer<'a>,
    /// The gateway's price.
    pub gateway_price_id: &'a str,
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

    /// Makes a checkout session for a subscription.
    ///
    /// # Errors
    /// [`GatewayError`].
    pub async fn create_checkout(&self, draft: &CheckoutDraft<'_>) -> Result<HostedCheckout, GatewayError> {
        let reference = HashMap::from([(REFERENCE.to_owned(), draft.checkout_id.to_string())]);
        let mut line = CreateCheckoutSessionLineItems::new();
        line.price = Some(draft.gateway_price_id.to_owned());
        line.quantity = Some(1);
        let mut subscription = CreateCheckoutSessionSubscriptionData::new();
        subscription.metadata = Some(reference.clone());
        let request = CreateCheckoutSession::new()
            .mode(stripe_shared::CheckoutSessionMode::Subscription)
            .client_reference_id(draft.checkout_id.as_str())
            .metadata(reference)
            .subscription_data(subscription)
            .line_items(vec![line])
            .success_url(draft.success_url)
            .cancel_url(draft.cancel_url);
        let request = match draft.payer {
            Payer::Customer(id) => request.customer(id),
            Payer::Address(email) => request.customer_email(email.as_str()),
        };
        let request = with_extras(request, draft);
        let session = self.write(&request, &format!("checkout-{}", draft.checkout_id)).await?;
        let url = session.url.ok_or_else(|| GatewayError::Unknown("a checkout session without a page".to_owned()))?;
        Ok(HostedCheckout { session_id: session.id.to_string(), url })
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

fn with_extras(mut request: CreateCheckoutSession, draft: &CheckoutDraft<'_>) -> CreateCheckoutSession {
    if draft.extras.promotion_codes {
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
