//! `POST /v1/cancellations`: cancelling and withdrawing without signing in.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checkout::idempotency_key;
use crate::{
    domain::{
        cancellation::{Declaration, Kind, Typed},
        email::Email,
        id::CancellationId,
        time::Moment,
    },
    flow::{
        declare_cancellation::{self, Declared},
        once::Once,
    },
    http::{
        FieldFault, Problem, State,
        extract::{ClientAddress, Json, OwnOrigin, browser},
        page,
    },
};

/// Who declares what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Cancellation")]
pub struct CancellationBody {
    #[schemars(with = "Kind")]
    kind: String,
    /// The name of whoever declares.
    name: String,
    /// The address of the membership; the confirmation goes there.
    email: String,
    /// Which membership, in free words.
    membership: Option<String>,
    /// The day to end on, such as 2026-12-31; the soonest possible when absent.
    on: Option<String>,
    /// Required for `for_cause`.
    reason: Option<String>,
    /// The language of the mail, as a tag such as `en`; a language that there is not becomes the browser's.
    locale: Option<String>,
}

/// The declaration has arrived.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CancellationReceived", deny_unknown_fields)]
pub struct ReceivedAnswer {
    /// The reference, which the mail bears too.
    id: CancellationId,
    kind: Kind,
    /// Date and time of receipt.
    received_at: Moment,
}

/// Stores a declaration. 202 whatever the address is.
///
/// # Errors
/// `invalid_input`, `rate_limited`, `idempotency_mismatch`.
pub async fn create(
    state: web::Data<State>,
    _own: OwnOrigin,
    client: ClientAddress,
    request: HttpRequest,
    Json(body): Json<CancellationBody>,
) -> Result<HttpResponse, Problem> {
    let key = idempotency_key(&request)?;
    let today = declare_cancellation::today(&state.context).await?;
    let (email, declaration) = read(&body, today).map_err(Problem::fields)?;
    let client = client.0.to_string();
    let once = key.map(|key| Once {
        principal: format!("visitor-{}", state.context.secret.pseudonym(&client)),
        route: "POST /v1/cancellations",
        key,
        body_hash: browser::hash(&format!("{body:?}")),
    });
    let locale = body.locale.as_deref().filter(|tag| crate::text::Library::shared().find(tag).is_some());
    let locale = locale.unwrap_or_else(|| page::texts_for(&request, &state).tag()).to_owned();
    let kind = declaration.kind;
    let declared = Declared { email, declaration, locale, client, once };
    let receipt = declare_cancellation::declare(&state.context, &declared).await?;
    let answer = ReceivedAnswer { id: receipt.id, kind, received_at: receipt.received_at };
    Ok(HttpResponse::Accepted().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}

fn read(body: &CancellationBody, today: jiff::civil::Date) -> Result<(Email, Declaration), Vec<FieldFault>> {
    let typed = Typed {
        kind: &body.kind,
        name: &body.name,
        membership: body.membership.as_deref().unwrap_or_default(),
        on: body.on.as_deref().unwrap_or_default(),
        reason: body.reason.as_deref().unwrap_or_default(),
    };
    let fault =
        |field: &str, code, detail: &str| FieldFault { field: field.to_owned(), code, detail: detail.to_owned() };
    match (Email::parse(&body.email), Declaration::read(typed, today)) {
        (Ok(email), Ok(declaration)) => Ok((email, declaration)),
        (email, declaration) => {
            let found = declaration.err().unwrap_or_default().into_iter();
            let mut faults: Vec<FieldFault> = found.map(|(field, code)| fault(field, code, right(field))).collect();
            if let Err(error) = email {
                faults.push(fault("email", "email_invalid", &error.to_string()));
            }
            Err(faults)
        }
    }
}

/// What would be right in a field.
fn right(field: &str) -> &'static str {
    match field {
        "kind" => "must be ordinary, for_cause or withdrawal",
        "name" => "must be 1 to 100 characters that can be seen",
        "membership" => "must be at most 200 characters that can be seen",
        "on" => "must be a date such as 2026-12-31, from today to five years ahead",
        _ => "must be at most 2,000 characters that can be seen; for_cause needs one",
    }
}
