//! The campaign's counter, at most a second old.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use serde::Deserialize;
use tokio::sync::Mutex;

/// How long an answer is used before Masthead is asked again.
const FRESH: SignedDuration = SignedDuration::from_secs(1);

/// What the paper uses of a campaign's public JSON.
#[derive(Debug, Deserialize)]
pub struct Campaign {
    pub count: i64,
    pub goal: i64,
    /// How many there were on the first day: where the bar begins.
    #[serde(default)]
    pub start_count: Option<i64>,
    #[serde(default)]
    pub stretch_goals: Vec<StretchGoal>,
    pub remaining: i64,
    pub nearly: bool,
    pub state: String,
    #[serde(default)]
    pub starts_at: String,
    #[serde(default)]
    pub ends_at: Option<String>,
    #[serde(default)]
    pub time_zone: String,
}

/// What comes after the goal.
#[derive(Debug, Deserialize)]
pub struct StretchGoal {
    pub goal: i64,
}

/// What Masthead said when it was last asked.
#[derive(Clone)]
pub enum CounterAnswer {
    /// The campaign as it is.
    Campaign(Arc<Campaign>),
    /// Masthead is there, but shows no such campaign.
    Nothing,
    /// Masthead did not answer, or only to say that it cannot.
    Unreachable,
}

impl CounterAnswer {
    /// The campaign, if there is one to show.
    pub fn campaign(&self) -> Option<&Campaign> {
        match self {
            Self::Campaign(campaign) => Some(campaign),
            Self::Nothing | Self::Unreachable => None,
        }
    }

    /// Whether it makes sense to send a reader to Masthead now.
    pub fn is_reachable(&self) -> bool {
        !matches!(self, Self::Unreachable)
    }
}

/// Asks for the counter, one call at a time, conditionally once it has an answer.
pub struct Counter {
    http: reqwest::Client,
    url: String,
    last: Mutex<Option<Last>>,
}

struct Last {
    asked_at: Timestamp,
    answer: CounterAnswer,
    /// The newest full answer with its ETag, kept through outages so that a 304 has something to stand for.
    tagged: Option<(String, Arc<Campaign>)>,
}

impl Counter {
    /// Prepares; asks nothing yet.
    pub fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url, last: Mutex::new(None) }
    }

    /// The counter as of at most a second before `now`.
    pub async fn read(&self, now: Timestamp) -> CounterAnswer {
        // Held across the call on purpose: those who arrive meanwhile share its answer instead of asking again.
        let mut last = self.last.lock().await;
        if let Some(known) = last.as_ref().filter(|known| is_fresh(known.asked_at, now)) {
            return known.answer.clone();
        }
        let tagged = last.take().and_then(|known| known.tagged);
        let (answer, tagged) = self.ask(tagged).await;
        *last = Some(Last { asked_at: now, answer: answer.clone(), tagged });
        answer
    }

    async fn ask(&self, tagged: Option<(String, Arc<Campaign>)>) -> (CounterAnswer, Option<(String, Arc<Campaign>)>) {
        let mut request = self.http.get(&self.url);
        if let Some((etag, _)) = &tagged {
            request = request.header(IF_NONE_MATCH, etag);
        }
        let response = match request.send().await {
            Ok(response) if !response.status().is_server_error() => response,
            Ok(response) => {
                tracing::warn!(status = %response.status(), "no counter: Masthead cannot answer");
                return (CounterAnswer::Unreachable, tagged);
            }
            Err(error) => {
                tracing::warn!(%error, "no counter: Masthead is out of reach");
                return (CounterAnswer::Unreachable, tagged);
            }
        };
        if let (StatusCode::NOT_MODIFIED, Some((_, campaign))) = (response.status(), &tagged) {
            return (CounterAnswer::Campaign(campaign.clone()), tagged);
        }
        if response.status() != StatusCode::OK {
            return (CounterAnswer::Nothing, None);
        }
        let etag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
        match response.json::<Campaign>().await {
            Ok(campaign) => {
                let campaign = Arc::new(campaign);
                let tagged = etag.map(|etag| (etag, campaign.clone()));
                (CounterAnswer::Campaign(campaign), tagged)
            }
            Err(error) => {
                tracing::warn!(%error, "no counter: Masthead's answer is not a campaign");
                (CounterAnswer::Nothing, None)
            }
        }
    }
}

/// Either way round: whoever waited for another's answer came before it, and a clock that was set back makes an
/// answer stale, not everlasting.
fn is_fresh(asked_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(asked_at).abs() < FRESH
}
