//! What applying a declaration would change: the declared newsroom against the stored one, field by field.

use std::fmt;

use super::{
    declaration::{CampaignDeclared, Declaration, GateDeclared, OffsetDeclared, PlanDeclared, SiteDeclared},
    newsroom::Newsroom,
    price_declared::PriceDeclared,
    wording::counted,
};

/// One difference between what is stored and what is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where: `plans[supporter].title`.
    pub field: String,
    /// What is stored; none when it is new.
    pub before: Option<String>,
    /// What is declared; none when it goes.
    pub after: Option<String>,
    /// What members have now and would not be sold, or not have, afterwards.
    pub takes: Option<Taken>,
}

/// What a change takes away from a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A price that subscriptions may be billed by.
    Price {
        /// The plan's slug.
        plan: String,
        /// The price.
        price: PriceDeclared,
    },
    /// A gate that members may be reading behind.
    Gate {
        /// The plan's slug.
        plan: String,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (None, Some(after)) => write!(f, "+ {}: {after}", self.field),
            (Some(before), None) => write!(f, "- {}: {before}", self.field),
            (Some(before), Some(after)) => write!(f, "~ {}: {before} -> {after}", self.field),
            (None, None) => write!(f, "~ {}", self.field),
        }
    }
}

/// Everything that applying `declared` on top of `stored` would change; empty when nothing. What is stored and not declared
/// stays, but for what belongs to a plan (gates, prices) or to a site (addresses).
pub fn changes(stored: Option<&Declaration>, declared: &Declaration) -> Vec<Change> {
    let mut list = Comparison::default();
    list.newsroom(stored.map(|stored| &stored.newsroom), &declared.newsroom);
    for gate in &declared.gates {
        list.gate(stored.and_then(|stored| stored.gates.iter().find(|one| one.slug == gate.slug)), gate);
    }
    for plan in &declared.plans {
        list.plan(stored.and_then(|stored| stored.plans.iter().find(|one| one.slug == plan.slug)), plan);
    }
    if let Some(stored) = stored {
        list.order_of_plans(&stored.plans, &declared.plans);
    }
    for site in &declared.sites {
        list.site(stored.and_then(|stored| stored.sites.iter().find(|one| one.slug == site.slug)), site);
    }
    for campaign in &declared.campaigns {
        let before = stored.and_then(|stored| stored.campaigns.iter().find(|one| one.slug == campaign.slug));
        list.campaign(before, campaign);
    }
    list.changes
}

/// What is stored and not declared, and stays as it is: the gates, plans, websites and campaigns, as they are named in changes.
pub fn left_out(stored: &Declaration, declared: &Declaration) -> Vec<String> {
    let declared = names(declared);
    names(stored).into_iter().filter(|name| !declared.contains(name)).collect()
}

/// Everything that a declaration names, as it is named in changes.
fn names(declaration: &Declaration) -> Vec<String> {
    let gates = declaration.gates.iter().map(|one| format!("gates[{}]", one.slug));
    let plans = declaration.plans.iter().map(|one| format!("plans[{}]", one.slug));
    let sites = declaration.sites.iter().map(|one| format!("sites[{}]", one.slug));
    let campaigns = declaration.campaigns.iter().map(|one| format!("campaigns[{}]", one.slug));
    gates.chain(plans).chain(sites).chain(campaigns).collect()
}

#[derive(Default)]
struct Comparison {
    changes: Vec<Change>,
}

impl Comparison {
    fn note(&mut self, field: String, before: Option<String>, after: Option<String>, takes: Option<Taken>) {
        if before != after {
            self.changes.push(Change { field, before, after, takes });
        }
    }

    /// Compares values in pairs: the field's name, what is stored, what is declared.
    fn fields(&mut self, subject: &str, pairs: Vec<(&str, String, String)>) {
        for (name, before, after) in pairs {
            self.note(format!("{subject}.{name}"), Some(before), Some(after), None);
        }
    }

    fn newsroom(&mut self, before: Option<&Newsroom>, after: &Newsroom) {
        let Some(before) = before else {
            return self.note("newsroom".to_owned(), None, Some(quoted(&after.name)), None);
        };
        let pairs = vec![
            ("name", quoted(&before.name), quoted(&after.name)),
            ("tagline", quoted(&before.tagline), quoted(&after.tagline)),
            ("website", quoted(&before.website), quoted(&after.website)),
            ("contact_email", or_none(before.contact_email.as_ref()), or_none(after.contact_email.as_ref())),
            ("accent", quoted(&before.accent), quoted(&after.accent)),
            ("time_zone", quoted(&before.time_zone), quoted(&after.time_zone)),
            ("locale", quoted(&before.locale), quoted(&after.locale)),
            ("currency", or_none(before.currency.as_ref()), or_none(after.currency.as_ref())),
        ];
        self.fields("newsroom", pairs);
    }

    fn gate(&mut self, before: Option<&GateDeclared>, after: &GateDeclared) {
        let subject = format!("gates[{}]", after.slug);
        let Some(before) = before else { return self.note(subject, None, Some(quoted(&after.title)), None) };
        let pairs = vec![
            ("title", quoted(&before.title), quoted(&after.title)),
            ("opens_for", quoted(&before.opens_for), quoted(&after.opens_for)),
        ];
        self.fields(&subject, pairs);
    }

    fn plan(&mut self, before: Option<&PlanDeclared>, after: &PlanDeclared) {
        let subject = format!("plans[{}]", after.slug);
        match before {
            None => self.note(subject.clone(), None, Some(quoted(&after.title)), None),
            Some(before) => {
                let pairs = vec![
                    ("title", quoted(&before.title), quoted(&after.title)),
                    ("description", quoted(&before.description), quoted(&after.description)),
                ];
                self.fields(&subject, pairs);
            }
        }
        let (gates, prices) = before.map_or((&[][..], &[][..]), |before| (&before.gates[..], &before.prices[..]));
        for gate in gates.iter().filter(|gate| !after.gates.contains(gate)) {
            let takes = Some(Taken::Gate { plan: after.slug.clone() });
            self.note(format!("{subject}.gates"), Some(gate.clone()), None, takes);
        }
        for gate in after.gates.iter().filter(|gate| !gates.contains(gate)) {
            self.note(format!("{subject}.gates"), None, Some(gate.clone()), None);
        }
        for price in prices.iter().filter(|price| !after.prices.iter().any(|one| one.is_same(price))) {
            let takes = Some(Taken::Price { plan: after.slug.clone(), price: price.clone() });
            self.note(format!("{subject}.prices"), Some(price.to_string()), None, takes);
        }
        for price in after.prices.iter().filter(|price| !prices.iter().any(|one| one.is_same(price))) {
            self.note(format!("{subject}.prices"), None, Some(price.to_string()), None);
        }
    }

    /// The order in which readers see the plans that both have.
    fn order_of_plans(&mut self, before: &[PlanDeclared], after: &[PlanDeclared]) {
        let slugs = |plans: &[PlanDeclared], others: &[PlanDeclared]| -> Vec<String> {
            let both = plans.iter().filter(|plan| others.iter().any(|other| other.slug == plan.slug));
            both.map(|plan| plan.slug.clone()).collect()
        };
        let (old, new) = (slugs(before, after).join(", "), slugs(after, before).join(", "));
        self.note("plans (order)".to_owned(), Some(old), Some(new), None);
    }

    fn site(&mut self, before: Option<&SiteDeclared>, after: &SiteDeclared) {
        let subject = format!("sites[{}]", after.slug);
        let Some(before) = before else { return self.note(subject, None, Some(quoted(&after.name)), None) };
        let pairs = vec![
            ("name", quoted(&before.name), quoted(&after.name)),
            ("audience", quoted(&before.audience), quoted(&after.audience)),
            ("origins", in_order(&before.origins), in_order(&after.origins)),
            ("return_to", in_order(&addresses(&before.return_to)), in_order(&addresses(&after.return_to))),
        ];
        self.fields(&subject, pairs);
    }

    fn campaign(&mut self, before: Option<&CampaignDeclared>, after: &CampaignDeclared) {
        let subject = format!("campaigns[{}]", after.slug);
        let Some(before) = before else {
            return self.note(subject, None, Some(quoted(&after.title)), None);
        };
        let shown = |declared: &CampaignDeclared| {
            [
                ("title", quoted(&declared.title)),
                ("pitch", quoted(&declared.pitch)),
                ("goal_members", declared.goal_members.to_string()),
                ("start_members", or_none(declared.start_members)),
                ("who", declared.who.as_str().to_owned()),
                ("basis", declared.basis.as_str().to_owned()),
                ("leavers", declared.leavers.as_str().to_owned()),
                ("sources", in_order(&declared.sources.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>())),
                ("starts_at", declared.starts_at.to_string()),
                ("ends_at", or_none(declared.ends_at)),
                ("time_zone", quoted(&declared.time_zone)),
                ("public", declared.public.to_string()),
                ("stretch_goals", steps(declared.stretch_goals.iter().map(|step| (step.goal, &step.title)))),
                ("milestones", steps(declared.milestones.iter().map(|step| (step.count, &step.title)))),
            ]
        };
        let pairs = shown(before).into_iter().zip(shown(after)).map(|((name, old), (_, new))| (name, old, new));
        self.fields(&subject, pairs.collect());
        // An offset that is no longer declared stays: its rows are in the ledger.
        if let Some(offset) = &after.offset {
            let before = before.offset.as_ref().map(offset_in_words);
            self.note(format!("{subject}.offset"), before, Some(offset_in_words(offset)), None);
        }
    }
}

fn offset_in_words(offset: &OffsetDeclared) -> String {
    let members = counted(offset.members, "member", "members");
    format!("{members} at {}, by {}: {}", offset.at, quoted(&offset.author), quoted(&offset.reason))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn or_none(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

fn in_order(texts: &[String]) -> String {
    let mut texts = texts.to_vec();
    texts.sort();
    format!("{texts:?}")
}

/// Addresses as they are stored: `https://paper.example` and `https://paper.example/` are one.
fn addresses(declared: &[String]) -> Vec<String> {
    declared
        .iter()
        .map(|address| url::Url::parse(address).map_or_else(|_| address.clone(), |url| url.to_string()))
        .collect()
}

fn steps<'a>(steps: impl Iterator<Item = (i64, &'a String)>) -> String {
    let steps: Vec<String> = steps.map(|(count, title)| format!("{count}: {}", quoted(title))).collect();
    format!("[{}]", steps.join(", "))
}
