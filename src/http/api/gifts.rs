//! `POST /v1/gifts/redeem`: redeeming a gift by its code. And a gift as it is ordered at a checkout.

use actix_web::{HttpResponse, http::header, web};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        email::Email,
        gift::{self, Note, Refusal},
        time::Moment,
    },
    flow::{
        check_out::GiftOrder,
        redeem_gift::{self, RedeemError},
    },
    http::{
        FieldFault, Problem, State,
        extract::{ClientAddress, Json, OwnOrigin, SignedIn},
    },
};

/// Whom a membership is for, where that is not whoever pays.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftRequest {
    /// The address that the code is mailed to; without it the payer gets the code and hands it over.
    recipient_email: Option<String>,
    /// How the giver is called in that mail; at most 100 characters.
    from: Option<String>,
    /// A message in that mail; at most 1,000 characters.
    message: Option<String>,
    /// When the code is mailed, at most 366 days ahead; as soon as it is paid when absent or within the last day.
    #[schemars(with = "Option<Moment>")]
    send_at: Option<String>,
}

impl GiftRequest {
    /// The gift that is ordered at a moment of business time.
    ///
    /// # Errors
    /// The fields at fault.
    pub fn read(&self, now: Moment) -> Result<GiftOrder, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut amiss = |field: &str, code, detail: &str| {
            let field = format!("gift.{field}");
            faults.push(FieldFault { field, code, detail: detail.to_owned() });
        };
        let recipient = self.recipient_email.as_deref().map(Email::parse).transpose().unwrap_or_else(|error| {
            amiss("recipient_email", "email_invalid", &error.to_string());
            None
        });
        let note = Note::read(self.from.as_deref(), self.message.as_deref()).unwrap_or_else(|found| {
            for (field, code) in found {
                let most = if field == "from" { "at most 100" } else { "at most 1,000" };
                amiss(field, code, &format!("must be {most} characters that can be seen"));
            }
            Note::default()
        });
        let send_at = self.send_at.as_deref().map(Moment::parse).transpose().unwrap_or_else(|error| {
            amiss("send_at", "malformed", &error.to_string());
            None
        });
        let send_at = gift::sending(send_at, self.recipient_email.is_some(), now).unwrap_or_else(|code| {
            amiss("send_at", code, sending_detail(code));
            None
        });
        if faults.is_empty() { Ok(GiftOrder { recipient, note, send_at }) } else { Err(faults) }
    }
}

fn sending_detail(code: &str) -> &'static str {
    match code {
        "in_past" => "is over: now or later would be right, or nothing for as soon as it is paid",
        "too_far" => "must lie within 366 days from now",
        _ => "goes with recipient_email: a code that the giver hands over is mailed to the giver at once",
    }
}

/// A gift to redeem.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GiftRedemption")]
pub struct RedeemBody {
    /// The code as it was mailed; case, blanks and hyphens are nothing.
    code: String,
}

/// A gift that was redeemed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RedeemedGift", deny_unknown_fields)]
pub struct RedeemedAnswer {
    /// The plan's title.
    plan: String,
    /// The first moment at which it opens: after what is paid already.
    starts_at: Moment,
    /// The first moment at which it no longer does.
    ends_at: Moment,
}

/// Redeems a gift for the signed-in member. The same member and code again get the same answer.
///
/// # Errors
/// `sign_in_required`, `invalid_input` with what is wrong with the code, `rate_limited`.
pub async fn redeem(
    state: web::Data<State>,
    _own: OwnOrigin,
    client: ClientAddress,
    signed_in: SignedIn,
    Json(body): Json<RedeemBody>,
) -> Result<HttpResponse, Problem> {
    let current = signed_in.0.ok_or_else(Problem::sign_in_required)?;
    let opened = redeem_gift::redeem(&state.context, &current.member.id, &body.code, &client.0.to_string()).await?;
    let answer = RedeemedAnswer { plan: opened.plan, starts_at: opened.from, ends_at: opened.until };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer))
}

impl From<RedeemError> for Problem {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::Refused(refusal) => Self::field("code", refusal.code(), detail(refusal)),
            RedeemError::UsedUp { retry_after_seconds } => Self::rate_limited(retry_after_seconds),
            RedeemError::Internal(error) => Self::internal(&error),
        }
    }
}

fn detail(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => "must be the sixteen letters and digits from the mail; no gift has this code",
        Refusal::Own => "is the code of a gift that this member gave; somebody else redeems it",
        Refusal::Used => "was redeemed already; a code is good for one member",
        Refusal::Expired => "could be redeemed until some time ago; the newsroom can help",
        Refusal::TakenBack => "is no longer good: the gift was taken back, or its payment was",
        Refusal::Covered => {
            "would be lost on this member, whose membership of the same plan has no end; end that first"
        }
    }
}
