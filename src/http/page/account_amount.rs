//! Changing the amount of one's own that a membership is billed at.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{
    account::{self, Told},
    choice, see_other, view,
};
use crate::{
    flow::{
        change_amount::{self, ChangeAmountError},
        read_member,
    },
    http::{
        Problem, State,
        extract::{Form, SignedIn},
    },
};

/// Changes it.
///
/// # Errors
/// `sign_in_required`, `nothing_to_manage`; a fault of the amount is shown on the page.
pub async fn submit(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.require()?;
    let profile = read_member::read(&state.context, &current.member.id).await?.ok_or_else(Problem::sign_in_required)?;
    let running = profile.running().and_then(|(_, price)| price.as_ref());
    let currency = running.map(|price| price.money.currency).ok_or_else(|| Problem::conflict("nothing_to_manage"))?;
    let typed = form.get("amount").unwrap_or_default().to_owned();
    let texts = super::texts_for(&request, &state);
    let message = match currency.parse_amount(&typed) {
        None => texts.say("own-amount-missing").text(),
        Some(amount_minor) => match change_amount::change(&state.context, &current.member.id, amount_minor).await {
            Ok(()) => return Ok(see_other(&state.address("account?notice=amount-changed"))),
            Err(ChangeAmountError::WrongAmount(wrong)) => choice::wrong_amount(texts, wrong, currency.as_str()),
            Err(ChangeAmountError::NothingToChange) => return Err(Problem::conflict("nothing_to_manage")),
            Err(ChangeAmountError::Payments(error)) => {
                tracing::warn!(%error, "an amount could not be changed");
                let notice = Some(view::AccountNotice::PortalUnavailable);
                let told = Told { notice, ..Told::default() };
                return account::render(&state, &request, &current.member.id, told).await;
            }
            Err(ChangeAmountError::Internal(error)) => return Err(Problem::internal(&error)),
        },
    };
    let fault = view::FieldFault { field: "amount".to_owned(), message };
    let told = Told { typed_amount: typed, faults: vec![fault], ..Told::default() };
    account::render(&state, &request, &current.member.id, told).await
}
