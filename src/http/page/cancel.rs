//! `/cancel`: cancelling and withdrawing without signing in. The same for every address.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::{chrome, private, texts_for, view};
use crate::{
    domain::{
        cancellation::{self, Declaration, Typed},
        email::Email,
    },
    flow::{
        declare_cancellation::{self, DeclareError, Declared},
        find_session,
        once::Once,
        read_plans,
    },
    http::{
        Problem, State,
        extract::{ClientAddress, Form, SignedIn, browser},
    },
};

/// The form. `?kind=` chooses what is declared; whoever is signed in finds their name and address in it.
///
/// # Errors
/// `database_unavailable`.
pub async fn show(state: web::Data<State>, signed_in: SignedIn, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Form::parse(request.query_string().as_bytes());
    let kind = query.get("kind").unwrap_or("ordinary").to_owned();
    let person = match &signed_in.0 {
        Some(current) => find_session::person(&state.context, &current.member).await?,
        None => None,
    };
    let email = person.as_ref().map(|person| person.email.as_str().to_owned()).unwrap_or_default();
    let name = person.and_then(|person| person.name).unwrap_or_default();
    let typed = view::TypedDeclaration { kind, name, email, ..view::TypedDeclaration::default() };
    render_form(&state, &request, &signed_in, typed, None).await
}

/// The look before it is sent, or the form again.
///
/// # Errors
/// `database_unavailable`; faults of the fields are shown on the page.
pub async fn check(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let typed = typed(&form);
    if form.get("change").is_some() {
        return render_form(&state, &request, &signed_in, typed, None).await;
    }
    let (_, declaration) = match read(&state, &request, &typed).await? {
        Ok(read) => read,
        Err(faults) => return render_form(&state, &request, &signed_in, typed, Some(faults)).await,
    };
    let key = browser::fresh_value(&state);
    let page = view::CancelCheckPage { typed, declaration, key };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, signed_in.0.is_some()))))
}

/// Stores the declaration and shows the receipt.
///
/// # Errors
/// `rate_limited`, `idempotency_mismatch`, `database_unavailable`; faults of the fields are shown on the page.
pub async fn confirm(
    state: web::Data<State>,
    client: ClientAddress,
    signed_in: SignedIn,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let typed = typed(&form);
    let (email, declaration) = match read(&state, &request, &typed).await? {
        Ok(read) => read,
        Err(faults) => return render_form(&state, &request, &signed_in, typed, Some(faults)).await,
    };
    let once = form.get("key").map(|key| Once {
        principal: "form".to_owned(),
        route: "POST /cancel/confirm",
        key: browser::hash(key),
        body_hash: browser::hash(&format!("{typed:?}")),
    });
    let declared = Declared {
        email,
        declaration: declaration.clone(),
        locale: texts_for(&request, &state).tag().to_owned(),
        client: client.0.to_string(),
        once,
    };
    let receipt = declare_cancellation::declare(&state.context, &declared).await?;
    let page = view::CancelDonePage {
        email: declared.email.as_str().to_owned(),
        declaration,
        received_at: receipt.received_at.timestamp(),
        reference: cancellation::reference(&receipt.id),
    };
    Ok(private(&state, StatusCode::OK, page.render(&chrome(&request, &state, signed_in.0.is_some()))))
}

fn typed(form: &Form) -> view::TypedDeclaration {
    let field = |name| form.get(name).unwrap_or_default().to_owned();
    view::TypedDeclaration {
        kind: field("kind"),
        name: field("name"),
        email: field("email"),
        membership: field("membership"),
        on: field("on"),
        reason: field("reason"),
    }
}

type Read = Result<(Email, Declaration), Vec<view::FieldFault>>;

async fn read(state: &State, request: &HttpRequest, typed: &view::TypedDeclaration) -> Result<Read, Problem> {
    let today = declare_cancellation::today(&state.context).await?;
    let words = Typed {
        kind: &typed.kind,
        name: &typed.name,
        membership: &typed.membership,
        on: &typed.on,
        reason: &typed.reason,
    };
    let declaration = Declaration::read(words, today);
    let email = Email::parse(&typed.email);
    match (email, declaration) {
        (Ok(email), Ok(declaration)) => Ok(Ok((email, declaration))),
        (email, declaration) => {
            let mut faults = declaration.err().unwrap_or_default();
            if email.is_err() {
                faults.push(("email", "email_invalid"));
            }
            let t = texts_for(request, state);
            let told = |(field, code): (&str, &str)| view::FieldFault {
                field: field.to_owned(),
                message: t.field_fault(code),
            };
            Ok(Err(faults.into_iter().map(told).collect()))
        }
    }
}

async fn render_form(
    state: &State,
    request: &HttpRequest,
    signed_in: &SignedIn,
    typed: view::TypedDeclaration,
    faults: Option<Vec<view::FieldFault>>,
) -> Result<HttpResponse, Problem> {
    let plans = read_plans::list(&state.context).await?.into_iter().map(|offer| offer.plan.title).collect();
    let status = if faults.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let today = declare_cancellation::today(&state.context).await?;
    let days = (today, cancellation::latest_day(today));
    let page = view::CancelPage { typed, days, plans, faults: faults.unwrap_or_default() };
    Ok(private(state, status, page.render(&chrome(request, state, signed_in.0.is_some()))))
}

impl From<DeclareError> for Problem {
    fn from(error: DeclareError) -> Self {
        match error {
            DeclareError::UsedUp { retry_after_seconds } => Self::rate_limited(retry_after_seconds),
            DeclareError::KeyReused => Self::conflict("idempotency_mismatch"),
            DeclareError::Internal(error) => Self::internal(&error),
        }
    }
}
