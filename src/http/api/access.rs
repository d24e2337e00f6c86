//! `POST /v1/access`: one gate, one article, one answer.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plans::PriceBody;
use crate::{
    domain::{
        gate::{Decision, Reason},
        site::Site,
    },
    flow::{
        check_access::{self, Access, AccessError, Asker},
        issue_token,
    },
    http::{
        FieldFault, Problem, State,
        extract::{Json, SignedIn},
    },
};

/// The longest article id, in bytes.
const ARTICLE_MAX_BYTES: usize = 2_000;

/// Which article behind which gate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AccessQuestion")]
pub struct AccessBody {
    /// The gate's slug.
    gate: String,
    /// The article's id: its canonical address does well.
    #[schemars(length(min = 1, max = 2000), extend("pattern" = r"^[^\u0000-\u001F\u007F-\u009F]*$"))]
    article: String,
}

/// What to do with a reader before a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Access", deny_unknown_fields)]
pub struct AccessAnswer {
    decision: Decision,
    reason: Reason,
    /// A signed pass for this article behind this gate, when it is open to a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pass: Option<String>,
    /// What to offer, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<OfferBody>,
}

/// What opens a gate, and where.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Offer", deny_unknown_fields)]
pub struct OfferBody {
    /// The cheapest price.
    from: PriceBody,
    /// The page to join on.
    join_url: String,
    /// Members so far; none without a campaign.
    count: Option<i64>,
    /// Members wanted; none without a campaign.
    goal: Option<i64>,
}

/// Decides.
///
/// # Errors
/// `unknown_gate`, `invalid_input`, `invalid_token` for a bearer's token that is not valid.
pub async fn check(
    state: web::Data<State>,
    signed_in: SignedIn,
    request: HttpRequest,
    Json(body): Json<AccessBody>,
) -> Result<HttpResponse, Problem> {
    let is_good = !body.article.is_empty()
        && body.article.len() <= ARTICLE_MAX_BYTES
        && !body.article.chars().any(char::is_control);
    if !is_good {
        return Err(Problem::field("article", "malformed", "must be 1 to 2000 bytes without control characters"));
    }
    let asker = asker(&state, signed_in, &request).await?;
    let access = check_access::check(&state.context, &asker, &body.gate, &body.article).await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, no-store")).json(shown(&state, access)))
}

/// Who asks: the bearer of a token, else the browser's session.
async fn asker(state: &State, signed_in: SignedIn, request: &HttpRequest) -> Result<Asker, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        let member = signed_in.0.map(|current| current.member);
        return Ok(Asker { member, site: script_site(state, request).await? });
    };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    check_access::bearer(&state.context, token).await?.ok_or_else(Problem::invalid_token)
}

/// The site whose script asks, when it is not a page of our own origin.
async fn script_site(state: &State, request: &HttpRequest) -> Result<Option<Site>, Problem> {
    let origin = request.headers().get(header::ORIGIN).and_then(|value| value.to_str().ok());
    match origin.filter(|origin| *origin != state.own_origin()) {
        Some(origin) => Ok(Some(issue_token::find_site_of_origin(&state.context, None, Some(origin)).await?)),
        None => Ok(None),
    }
}

fn shown(state: &State, access: Access) -> AccessAnswer {
    let offer = access.from.as_ref().map(|price| {
        let campaign = state.counters.front();
        let join_url = || state.address("join");
        OfferBody {
            from: PriceBody::from(price),
            join_url: campaign.as_ref().map_or_else(join_url, |one| one.campaign.join_url.clone()),
            count: campaign.as_ref().map(|one| one.campaign.count),
            goal: campaign.as_ref().map(|one| one.campaign.goal),
        }
    });
    AccessAnswer { decision: access.decision, reason: access.reason, pass: access.pass, offer }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::UnknownGate => Self {
                code: "unknown_gate",
                fields: vec![FieldFault {
                    field: "gate".to_owned(),
                    code: "unknown_gate",
                    detail: "is no gate of this newsroom".to_owned(),
                }],
                ..Self::not_found()
            },
            AccessError::Pass(error) => error.into(),
            AccessError::Internal(error) => Self::internal(&error),
        }
    }
}
