//! The counter: the public view of a campaign, published as a snapshot with its bytes already written. Readers of it never
//! touch the database.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    Context, StoreError, apply_newsroom,
    read_plans::{self, Offer},
};
use crate::{
    domain::{
        campaign::{Campaign, CampaignState, Milestone, Offset, Outcome, StretchGoal},
        counting::{Basis, Leavers, Who},
        entitlement::Source,
        newsroom::Newsroom,
        site::Site,
        time::Moment,
    },
    store,
    text::Library,
};

/// A campaign as everybody may see it.
#[derive(Clone, Debug, Serialize)]
pub struct PublicCampaign {
    /// Its name in addresses.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// Why it is run.
    pub pitch: String,
    /// Where it stands.
    pub state: CampaignState,
    /// How it ended; none while it runs.
    pub outcome: Option<Outcome>,
    /// Members.
    pub count: i64,
    /// Members whose payments are on their way, not in the count.
    pub settling: i64,
    /// Members.
    pub goal: i64,
    /// Members on the first day, where the bar begins; none when that is not known.
    pub start_count: Option<i64>,
    /// Percent of the goal with one decimal, cut down, not capped.
    pub percent: Box<RawValue>,
    /// Members who are missing.
    pub remaining: i64,
    /// Whether at least 90% are there and something is missing.
    pub nearly: bool,
    /// Who counts.
    pub counting: PublicCounting,
    /// The window's first moment.
    pub starts_at: Moment,
    /// The first moment after it.
    pub ends_at: Option<Moment>,
    /// The IANA name of the zone that it is meant in.
    pub time_zone: String,
    /// Goals behind the goal.
    pub stretch_goals: Vec<StretchGoal>,
    /// Numbers on the way.
    pub milestones: Vec<Milestone>,
    /// The page to join on.
    pub join_url: String,
    /// Business time of the last change of the count.
    pub as_of: Moment,
    /// Rises with each change.
    pub version: i64,
}

/// Who counts, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicCounting {
    /// Which members.
    pub who: Who,
    /// Over which stretch.
    pub basis: Basis,
    /// Whether those who left are taken off.
    pub net: bool,
    /// Which rights count.
    pub sources: Vec<Source>,
    /// A bare number for people whose list is elsewhere.
    pub offset: Option<PublicOffset>,
    /// The rule in a sentence.
    pub rule: String,
}

/// The offset, as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicOffset {
    /// Members.
    pub count: i64,
    /// When it was last checked.
    pub at: Moment,
    /// Who says so.
    pub author: String,
    /// Why they count.
    pub reason: String,
    /// Whether nobody has checked it for 35 days.
    pub stale: bool,
}

/// A published counter.
#[derive(Debug)]
pub struct Snapshot {
    /// The campaign.
    pub campaign: PublicCampaign,
    /// Its JSON, as it goes out.
    pub json: Arc<[u8]>,
    /// The strong entity tag of those bytes, with its quotes.
    pub etag: String,
}

/// The counters of all public campaigns, newest first, as last published. Cheap to clone; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<RwLock<Published>>);

#[derive(Debug, Default)]
struct Published {
    in_order: Vec<Arc<Snapshot>>,
    by_slug: HashMap<String, Arc<Snapshot>>,
    offers: Arc<Vec<Offer>>,
    return_origins: Arc<Vec<String>>,
    newsroom: Arc<Newsroom>,
}

impl Counters {
    /// The counter of one public campaign.
    pub fn find(&self, slug: &str) -> Option<Arc<Snapshot>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_slug.get(slug).cloned()
    }

    /// All of them, the newest campaign first.
    pub fn list(&self) -> Vec<Arc<Snapshot>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).in_order.clone()
    }

    /// The campaign that the front page shows: the newest that runs, else the newest.
    pub fn front(&self) -> Option<Arc<Snapshot>> {
        let all = self.list();
        let runs = |one: &&Arc<Snapshot>| matches!(one.campaign.state, CampaignState::Live | CampaignState::Reached);
        all.iter().find(runs).or_else(|| all.first()).cloned()
    }

    /// The plans on sale, as of the same moment.
    pub fn offers(&self) -> Arc<Vec<Offer>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).offers)
    }

    /// The origins that readers may be sent back to, as of the same moment.
    pub fn return_origins(&self) -> Arc<Vec<String>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).return_origins)
    }

    /// How the newsroom presents itself, as of the same moment; empty before the first publication.
    pub fn newsroom(&self) -> Arc<Newsroom> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).newsroom)
    }

    /// Whether everything that has happened so far is in the published counters.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn is_current(&self, context: &Context) -> Result<bool, StoreError> {
        let mut conn = context.store.read().await?;
        if !store::campaign::list_waiting(&mut conn).await?.is_empty() {
            return Ok(false);
        }
        let stored = store::campaign::list(&mut conn).await?;
        let shown =
            |campaign: &Campaign| self.find(&campaign.slug).is_none_or(|one| one.campaign.version >= campaign.version);
        Ok(stored.iter().all(shown))
    }

    /// Publishes every public campaign as it is in the database now.
    ///
    /// # Errors
    /// [`StoreError`] from the database; then the old counters stay.
    pub async fn publish(&self, context: &Context) -> Result<(), StoreError> {
        let mut published = Published::default();
        let mut conn = context.store.read().await?;
        for campaign in store::campaign::list(&mut conn).await? {
            if campaign.state(context.clock.business()) == CampaignState::Draft {
                continue;
            }
            let offset = store::campaign::find_offset(&mut conn, &campaign.id).await?;
            let settling = store::checkout::count_settling(&mut conn, &campaign.id).await?;
            let snapshot = Arc::new(snapshot(context, campaign, offset, settling));
            published.by_slug.insert(snapshot.campaign.slug.clone(), Arc::clone(&snapshot));
            published.in_order.push(snapshot);
        }
        published.return_origins = Arc::new(return_origins(&store::site::list(&mut conn).await?));
        let newsroom = apply_newsroom::presentation_in(&mut conn).await?.unwrap_or_default();
        published.newsroom = Arc::new(newsroom);
        drop(conn);
        published.offers = Arc::new(read_plans::list(context).await?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = published;
        Ok(())
    }
}

fn return_origins(sites: &[Site]) -> Vec<String> {
    let addresses = sites.iter().flat_map(|site| &site.return_to);
    let mut origins: Vec<String> = addresses.map(|address| address.origin().ascii_serialization()).collect();
    origins.sort();
    origins.dedup();
    origins
}

fn snapshot(context: &Context, campaign: Campaign, offset: Option<Offset>, settling: i64) -> Snapshot {
    let campaign = public(context, campaign, offset, settling);
    // Plain data: writing it cannot fail. Should it, the counter shows an empty object rather than stopping the service.
    let json = serde_json::to_vec(&campaign).unwrap_or_else(|_| b"{}".to_vec());
    let hash = digest::digest(&digest::SHA256, &json);
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..18]));
    Snapshot { campaign, json: json.into(), etag }
}

fn public(context: &Context, campaign: Campaign, offset: Option<Offset>, settling: i64) -> PublicCampaign {
    let now = context.clock.business();
    let base = context.settings.base_url.as_str().trim_end_matches('/');
    let offset = offset.filter(|offset| offset.members != 0).map(|offset| PublicOffset {
        stale: offset.is_stale(now),
        count: offset.members,
        at: offset.at,
        author: offset.author,
        reason: offset.reason,
    });
    PublicCampaign {
        state: campaign.state(now),
        outcome: campaign.outcome(now),
        count: campaign.count_members(),
        settling,
        goal: campaign.goal_members,
        start_count: campaign.start_members,
        percent: percent(campaign.permille()),
        remaining: campaign.remaining_members(),
        nearly: campaign.is_nearly(now),
        counting: PublicCounting {
            who: campaign.rule.who,
            basis: campaign.rule.basis,
            net: campaign.rule.leavers == Leavers::Net,
            rule: rule_in_words(&campaign),
            sources: campaign.rule.sources,
            offset,
        },
        starts_at: campaign.window.from,
        ends_at: campaign.window.until,
        time_zone: campaign.time_zone,
        stretch_goals: campaign.stretch_goals,
        milestones: campaign.milestones,
        join_url: format!("{base}/join?campaign={}", campaign.slug),
        as_of: campaign.as_of,
        version: campaign.version,
        slug: campaign.slug,
        title: campaign.title,
        pitch: campaign.pitch,
    }
}

/// Tenths of a percent as a JSON number, without going through a float.
fn percent(permille: i64) -> Box<RawValue> {
    let text = format!("{}.{}", permille / 10, (permille % 10).abs());
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

/// The rule in a sentence, in English: data for machines, which pages say in the reader's language themselves.
fn rule_in_words(campaign: &Campaign) -> String {
    let texts = Library::shared().english();
    let key = match (campaign.rule.who, campaign.rule.basis) {
        (Who::PayingMembers, Basis::Total) => "rule-paying-total",
        (Who::PayingMembers, Basis::Joined) => "rule-paying-joined",
        (Who::AllMembers, Basis::Total) => "rule-all-total",
        (Who::AllMembers, Basis::Joined) => "rule-all-joined",
    };
    let sources: Vec<String> = campaign.rule.sources.iter().map(|source| texts.source(*source)).collect();
    let leavers = if campaign.rule.leavers == Leavers::Net { "rule-net" } else { "rule-gross" };
    let rule = texts.say(key).with("sources", texts.list_or(&sources)).text();
    format!("{rule} {}", texts.say(leavers).text())
}
