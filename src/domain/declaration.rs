//! A newsroom as declared in one file: gates, plans, prices, sites, campaigns. Read strictly, checked as a whole.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    campaign::{Milestone, StretchGoal},
    counting::{Basis, CountingRule, Leavers, Who},
    email::Email,
    entitlement::Source,
    money::Currency,
    newsroom::Newsroom,
    plan::Tax,
    price_declared::PriceDeclared,
    time::Moment,
};

/// Everything that a newsroom declares.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// How it presents itself.
    pub newsroom: Newsroom,
    /// Its gates.
    #[serde(default)]
    pub gates: Vec<GateDeclared>,
    /// Its plans, in the order in which they are shown.
    #[serde(default)]
    pub plans: Vec<PlanDeclared>,
    /// Its websites.
    #[serde(default)]
    pub sites: Vec<SiteDeclared>,
    /// Its campaigns.
    #[serde(default)]
    pub campaigns: Vec<CampaignDeclared>,
}

/// A gate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateDeclared {
    /// Its name in the API.
    pub slug: String,
    /// Its name for staff.
    pub title: String,
    /// `registered` or `plan`.
    pub opens_for: String,
}

/// A plan with its prices.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDeclared {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for readers.
    pub title: String,
    /// What it gives.
    pub description: String,
    /// The gates it opens, by slug.
    pub gates: Vec<String>,
    /// Its prices.
    pub prices: Vec<PriceDeclared>,
}

/// A website.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteDeclared {
    /// Its name in the API.
    pub slug: String,
    /// Its name for readers.
    pub name: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// Origins whose scripts may call the API.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Addresses that readers may be sent back to, with everything below each.
    pub return_to: Vec<String>,
}

/// A campaign.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignDeclared {
    /// Its name in addresses.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// Why it is run.
    pub pitch: String,
    /// The goal, in members.
    pub goal_members: i64,
    /// The count on the first day, where the bar begins.
    pub start_members: Option<i64>,
    /// Which members can count.
    #[serde(default = "paying_members")]
    pub who: Who,
    /// Over which stretch.
    #[serde(default = "total")]
    pub basis: Basis,
    /// What leaving does.
    #[serde(default = "net")]
    pub leavers: Leavers,
    /// Which rights count.
    #[serde(default = "default_sources")]
    pub sources: Vec<Source>,
    /// The first moment of the window.
    pub starts_at: Moment,
    /// The first moment after it.
    pub ends_at: Option<Moment>,
    /// The IANA name of the zone it is meant in.
    pub time_zone: String,
    /// Whether everybody may see it.
    #[serde(default)]
    pub public: bool,
    /// Goals behind the goal.
    #[serde(default)]
    pub stretch_goals: Vec<StretchGoal>,
    /// Numbers on the way.
    #[serde(default)]
    pub milestones: Vec<Milestone>,
    /// A bare number for people whose list is elsewhere.
    pub offset: Option<OffsetDeclared>,
}

/// An offset.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffsetDeclared {
    /// Members.
    pub members: i64,
    /// When it was last checked.
    pub at: Moment,
    /// Who says so.
    pub author: String,
    /// Why they count.
    pub reason: String,
}

fn paying_members() -> Who {
    Who::PayingMembers
}

fn total() -> Basis {
    Basis::Total
}

fn net() -> Leavers {
    Leavers::Net
}

fn default_sources() -> Vec<Source> {
    CountingRule::DEFAULT_SOURCES.to_vec()
}

/// What is wrong with a declaration: the place, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {fault}")]
pub struct DeclarationFault {
    /// Where: `plans[supporter].gates`.
    pub field: String,
    /// What is wrong and what would be right.
    pub fault: String,
}

impl Declaration {
    /// Everything that is wrong with it; empty when nothing is.
    pub fn faults(&self) -> Vec<DeclarationFault> {
        let mut check = Check::default();
        check.slugs("gates", self.gates.iter().map(|gate| gate.slug.as_str()));
        check.slugs("plans", self.plans.iter().map(|plan| plan.slug.as_str()));
        check.slugs("sites", self.sites.iter().map(|site| site.slug.as_str()));
        check.slugs("campaigns", self.campaigns.iter().map(|campaign| campaign.slug.as_str()));
        check.newsroom(&self.newsroom);
        self.gates.iter().for_each(|gate| check.gate(gate));
        self.plans.iter().for_each(|plan| check.plan(plan, &self.gates));
        self.sites.iter().for_each(|site| check.site(site));
        self.campaigns.iter().for_each(|campaign| check.campaign(campaign));
        check.faults
    }

    /// The prices on which tax comes on top, as `plans[supporter].prices[0]`.
    pub fn taxed_on_top(&self) -> Vec<String> {
        let of_plan = |plan: &PlanDeclared| {
            let taxed = plan.prices.iter().enumerate().filter(|(_, price)| price.tax == Tax::OnTop);
            taxed.map(|(index, _)| format!("plans[{}].prices[{index}]", plan.slug)).collect::<Vec<_>>()
        };
        self.plans.iter().flat_map(of_plan).collect()
    }
}

#[derive(Default)]
struct Check {
    faults: Vec<DeclarationFault>,
}

impl Check {
    fn unless(&mut self, right: bool, field: impl Into<String>, fault: impl Into<String>) {
        if !right {
            self.faults.push(DeclarationFault { field: field.into(), fault: fault.into() });
        }
    }

    fn slugs<'a>(&mut self, list: &str, slugs: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for slug in slugs {
            let field = format!("{list}[{slug}].slug");
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            let right = !slug.is_empty() && slug.len() <= 60 && slug.bytes().all(plain);
            self.unless(right, &field, "must be 1 to 60 small letters, digits and hyphens");
            self.unless(seen.insert(slug), &field, "stands twice; each slug once");
        }
    }

    fn newsroom(&mut self, newsroom: &Newsroom) {
        self.text("newsroom.name", &newsroom.name);
        let website = url::Url::parse(&newsroom.website).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        self.unless(website, "newsroom.website", "must be a whole address, such as https://paper.example/");
        let contact = newsroom.contact_email.as_ref().is_none_or(|email| Email::parse(email).is_ok());
        self.unless(contact, "newsroom.contact_email", "must be an e-mail address, such as members@paper.example");
        let hex = newsroom.accent.strip_prefix('#').unwrap_or_default();
        let colour = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        self.unless(colour, "newsroom.accent", "must be a colour of six hexadecimal digits, such as #0b5c6b");
        let zone = jiff::tz::TimeZone::get(&newsroom.time_zone).is_ok();
        self.unless(zone, "newsroom.time_zone", "must be an IANA name, such as Europe/Kyiv");
        let part = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let locale = newsroom.locale.split('-').all(part);
        self.unless(locale, "newsroom.locale", "must be a language tag, such as en or uk");
        let currency = newsroom.currency.as_ref().is_none_or(|code| Currency::parse(code).is_ok());
        self.unless(currency, "newsroom.currency", "must be an ISO code of three letters, such as EUR");
    }

    /// A text that readers see.
    fn text(&mut self, field: impl Into<String>, text: &str) {
        let right = !text.trim().is_empty() && text.len() <= 4_000 && !text.contains('\0');
        self.unless(right, field, "must say something, in 4,000 bytes at most");
    }

    fn gate(&mut self, gate: &GateDeclared) {
        self.text(format!("gates[{}].title", gate.slug), &gate.title);
        let known = super::gate::OpensFor::parse(&gate.opens_for).is_some();
        self.unless(known, format!("gates[{}].opens_for", gate.slug), "must be \"registered\" or \"plan\"");
    }

    fn plan(&mut self, plan: &PlanDeclared, gates: &[GateDeclared]) {
        self.text(format!("plans[{}].title", plan.slug), &plan.title);
        for slug in &plan.gates {
            let known = gates.iter().any(|gate| gate.slug == *slug);
            self.unless(known, format!("plans[{}].gates", plan.slug), format!("names {slug:?}, which is no gate"));
        }
        for (index, price) in plan.prices.iter().enumerate() {
            let field = format!("plans[{}].prices[{index}]", plan.slug);
            for (wrong, fault) in price.faults() {
                self.unless(false, format!("{field}.{wrong}"), fault);
            }
            let known = Currency::parse(&price.currency).is_ok();
            self.unless(known, format!("{field}.currency"), "must be an ISO code of three letters, such as EUR");
            let twice = plan.prices[..index].iter().any(|one| one.is_same(price));
            self.unless(!twice, field, "stands twice; each price once");
        }
    }

    fn site(&mut self, site: &SiteDeclared) {
        self.text(format!("sites[{}].name", site.slug), &site.name);
        self.text(format!("sites[{}].audience", site.slug), &site.audience);
        for origin in &site.origins {
            let exact = url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == *origin);
            let field = format!("sites[{}].origins", site.slug);
            self.unless(exact, field, format!("{origin:?} must be scheme, host and port alone: https://paper.example"));
        }
        for address in &site.return_to {
            let right = url::Url::parse(address)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
            let field = format!("sites[{}].return_to", site.slug);
            self.unless(right, field, format!("{address:?} must be a whole address without a query"));
        }
    }

    fn campaign(&mut self, campaign: &CampaignDeclared) {
        let field = |name: &str| format!("campaigns[{}].{name}", campaign.slug);
        self.text(field("title"), &campaign.title);
        let untouched = campaign.milestones.iter().all(|milestone| milestone.reached_at.is_none());
        self.unless(untouched, field("milestones"), "reached_at is set by the counter; leave it out");
        self.unless(campaign.goal_members > 0, field("goal_members"), "must be more than 0");
        let start = campaign.start_members.is_none_or(|start| (0..campaign.goal_members).contains(&start));
        self.unless(start, field("start_members"), "must be at least 0 and below the goal");
        let zone = jiff::tz::TimeZone::get(&campaign.time_zone).is_ok();
        self.unless(zone, field("time_zone"), "must be an IANA name, such as Europe/Kyiv");
        let ordered = campaign.ends_at.is_none_or(|ends_at| ends_at > campaign.starts_at);
        self.unless(ordered, field("ends_at"), "must be after starts_at");
        let milestones: Vec<i64> = campaign.milestones.iter().map(|milestone| milestone.count).collect();
        self.unless(milestones.is_sorted(), field("milestones"), "must rise");
        let stretch: Vec<i64> = campaign.stretch_goals.iter().map(|goal| goal.goal).collect();
        let rise = stretch.is_sorted() && stretch.first().is_none_or(|first| *first > campaign.goal_members);
        self.unless(rise, field("stretch_goals"), "must rise and lie behind the goal");
        let offset = campaign.offset.as_ref().is_none_or(|offset| offset.members >= 0);
        self.unless(offset, field("offset.members"), "must not be negative");
    }
}
