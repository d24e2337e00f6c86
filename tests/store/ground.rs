//! Rows that tests stand on, and doing things at the same time.

use std::future::Future;

use masthead::{
    domain::{
        attempt::{Attempt, Purpose},
        campaign::Campaign,
        checkout::{self, Attribution, Checkout, CheckoutState},
        counting::{Basis, CountingRule, Leavers, Who},
        email::Email,
        entitlement::{Entitlement, Source},
        id::{
            AttemptId, CampaignId, CheckoutId, EntitlementId, MemberId, PersonId, PlanId, PriceId, SessionId,
            SubscriptionId,
        },
        member::{Member, Person},
        money::{Currency, Money},
        plan::{Interval, Plan, Price, Tax},
        session::Session,
        subscription::{Status, Subscription},
        time::{Moment, Window},
    },
    store::{self, Conn, Store},
};

use crate::support::SeededEntropy;

/// Randomness for ids.
pub static ENTROPY: SeededEntropy = SeededEntropy::new(42);

/// A moment some seconds after an arbitrary beginning.
pub fn at(seconds: i64) -> Moment {
    Moment::from_millis(1_800_000_000_000).plus_seconds(seconds)
}

pub fn email(name: &str) -> Email {
    Email::parse(&format!("{name}@example.com")).unwrap()
}

pub fn person_draft(name: &str) -> Person {
    Person { id: PersonId::mint(at(0), &ENTROPY), email: email(name), name: None, locale: "en".to_owned() }
}

pub async fn person(conn: &mut Conn, name: &str) -> Person {
    store::person::find_or_insert(conn, &person_draft(name), at(0)).await.unwrap()
}

pub async fn member(conn: &mut Conn, name: &str) -> Member {
    let person = person(conn, name).await;
    store::member::find_or_insert(conn, &MemberId::mint(at(0), &ENTROPY), &person.id, at(0)).await.unwrap().0
}

pub fn plan_draft(slug: &str) -> Plan {
    Plan {
        id: PlanId::mint(at(0), &ENTROPY),
        slug: slug.to_owned(),
        title: slug.to_uppercase(),
        description: "What it gives.".to_owned(),
        gates: Vec::new(),
        gateway_product_id: None,
    }
}

pub async fn plan(conn: &mut Conn, slug: &str) -> PlanId {
    store::plan::declare(conn, &plan_draft(slug), 0, at(0)).await.unwrap()
}

pub fn euros(amount_minor: i64) -> Money {
    Money { amount_minor, currency: Currency::parse("EUR").unwrap() }
}

pub async fn price(conn: &mut Conn, plan_id: &PlanId, amount_minor: i64) -> Price {
    let price = Price {
        id: PriceId::mint(at(0), &ENTROPY),
        plan_id: plan_id.clone(),
        money: euros(amount_minor),
        interval: Interval::Month,
        tax: Tax::Inside,
        own_amount: None,
        opens_months: None,
        gateway_price_id: None,
    };
    store::price::insert(conn, &price, at(0)).await.unwrap();
    price
}

/// A checkout by nobody in particular, for a new price.
pub async fn checkout_draft(conn: &mut Conn, name: &str, browser_hash: &str) -> Checkout {
    let person = person(conn, name).await;
    let plan_id = plan(conn, "supporter").await;
    let price = price(conn, &plan_id, 700).await;
    Checkout {
        id: CheckoutId::mint(at(0), &ENTROPY),
        person_id: person.id,
        member_id: None,
        by_member: false,
        made_member: false,
        purpose: checkout::Purpose::Membership,
        price_id: price.id,
        amount_minor: None,
        promotion_code: None,
        campaign_id: None,
        state: CheckoutState::Creating,
        browser_hash: browser_hash.to_owned(),
        attribution: Attribution::default(),
        return_to: None,
        gateway_session_id: None,
        url: None,
        created_at: at(0),
    }
}

pub async fn checkout(conn: &mut Conn, name: &str, browser_hash: &str) -> Checkout {
    let draft = checkout_draft(conn, name, browser_hash).await;
    store::checkout::insert(conn, &draft).await.unwrap();
    draft
}

/// A subscription of a member, stored with everything that it stands on.
pub async fn subscription(conn: &mut Conn, name: &str, gateway_id: &str) -> Subscription {
    let member = member(conn, name).await;
    let checkout = checkout(conn, name, gateway_id).await;
    let draft = Subscription {
        id: SubscriptionId::mint(at(0), &ENTROPY),
        gateway_id: gateway_id.to_owned(),
        gateway_customer_id: format!("cus_{name}"),
        member_id: member.id,
        checkout_id: checkout.id,
        price_id: checkout.price_id,
        status: Status::Active,
        gateway_created_at: at(0),
        current_period_end: Some(at(100)),
        cancel_at: None,
        paid_until: Some(at(100)),
        duplicate_at: None,
        ended_at: None,
        trial_until: None,
        paused_at: None,
        next_amount_minor: None,
    };
    store::customer::set_member(conn, &draft.gateway_customer_id, &draft.member_id, at(0)).await.unwrap();
    store::subscription::put(conn, &draft, at(0)).await.unwrap()
}

/// A right that no subscription stands behind.
pub fn right(member_id: &MemberId, plan_id: &PlanId, source: Source, from: i64, until: Option<i64>) -> Entitlement {
    Entitlement {
        id: EntitlementId::mint(at(0), &ENTROPY),
        member_id: member_id.clone(),
        plan_id: plan_id.clone(),
        source,
        subscription_id: None,
        window: Window { from: at(from), until: until.map(at) },
        settled_at: Some(at(from)),
    }
}

pub fn attempt_draft(person: &Person, browser_hash: &str) -> Attempt {
    Attempt {
        id: AttemptId::mint(at(0), &ENTROPY),
        person_id: person.id.clone(),
        purpose: Purpose::SignIn,
        member_id: None,
        browser_hash: Some(browser_hash.to_owned()),
        return_to: None,
        wrong_codes: 0,
        created_at: at(0),
        expires_at: at(900),
        used_at: None,
    }
}

pub async fn session(conn: &mut Conn, member_id: &MemberId, token_hash: &str) -> Session {
    let session = Session {
        id: SessionId::mint(at(0), &ENTROPY),
        token_hash: token_hash.to_owned(),
        member_id: member_id.clone(),
        attempt_id: None,
        created_at: at(0),
        expires_at: at(1_000),
    };
    store::session::insert(conn, &session).await.unwrap();
    session
}

/// A running campaign with a goal of ten, whose window is `[at(0), at(1000))`.
pub fn campaign_draft(slug: &str) -> Campaign {
    Campaign {
        id: CampaignId::mint(at(0), &ENTROPY),
        slug: slug.to_owned(),
        title: "Ten members".to_owned(),
        pitch: "Why.".to_owned(),
        goal_members: 10,
        start_members: None,
        rule: CountingRule {
            who: Who::PayingMembers,
            basis: Basis::Total,
            leavers: Leavers::Net,
            sources: CountingRule::DEFAULT_SOURCES.to_vec(),
        },
        window: Window { from: at(0), until: Some(at(1_000)) },
        time_zone: "Europe/Kyiv".to_owned(),
        stretch_goals: Vec::new(),
        milestones: Vec::new(),
        published_at: Some(at(0)),
        reached_at: None,
        frozen_members: None,
        tally_members: 0,
        version: 1,
        as_of: at(0),
    }
}

pub async fn campaign(conn: &mut Conn, slug: &str) -> Campaign {
    store::campaign::declare(conn, &campaign_draft(slug), at(0)).await.unwrap()
}

/// Runs `work` `count` times at the same time, each in a transaction of its own that is committed.
pub async fn at_once<T, Work, Done>(store: &Store, count: usize, work: Work) -> Vec<T>
where
    T: Send + 'static,
    Work: Fn(store::Tx, usize) -> Done,
    Done: Future<Output = (store::Tx, T)> + Send + 'static,
    Work: Clone + Send + Sync + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..count {
        let (store, work) = (store.clone(), work.clone());
        tasks.spawn(async move {
            let tx = store.begin().await.unwrap();
            let (tx, outcome) = work(tx, number).await;
            tx.commit().await.unwrap();
            outcome
        });
    }
    tasks.join_all().await
}
