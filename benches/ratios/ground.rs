//! What the benches stand on: a database of either kind, the service on it in this process, members who are signed in.

use std::{net::SocketAddr, net::TcpListener, sync::Arc};

use aws_lc_rs::digest;
use masthead::{
    app::{self, App, Duty, RunningApp, Surroundings, SystemEntropy},
    config::{Config, read_declaration},
    domain::{
        actor::Actor,
        email::Email,
        entitlement::{Entitlement, Source},
        id::{EntitlementId, MemberId, PersonId, SessionId},
        member::Person,
        session::Session,
        time::Window,
    },
    flow::{
        Clock, Context, Mailbox, Mailer,
        apply_newsroom::{self, Consent},
        catalogue,
    },
    store,
    token::MasterSecret,
};

/// Web workers on both sides: one, so that the client has the other core of a small machine.
pub const WORKERS: usize = 1;
/// What signs events.
pub const WEBHOOK_SECRET: &str = "whsec_masthead_benches";
/// The newsroom that the benches run.
const NEWSROOM: &str = include_str!("../../config/demo.toml");

/// The service, running in this process.
pub struct Service {
    pub address: SocketAddr,
    pub context: Context,
    running: RunningApp,
}

impl Service {
    /// Starts it on a database, with the demo newsroom. Nothing works on the inbox: intake is what is measured.
    pub async fn start(url: &str) -> Self {
        Self::start_against(url, "", Duty::Web).await
    }

    /// Starts it with these loops, and the gateway at an address; Stripe itself when that is empty.
    pub async fn start_against(url: &str, api_url: &str, duty: Duty) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its number");
        let mut config = settings(url, address);
        config.payments.api_url = api_url.to_owned();
        let secret = MasterSecret::new(&[7; 32]).expect("a secret");
        let clock = Clock::new(app::wall_clock, app::wall_clock);
        let context = app::context(&config, secret, clock, Arc::new(SystemEntropy)).await.expect("a context");
        context.store.migrate().await.expect("a schema");
        let declaration = read_declaration(NEWSROOM, &[("paper_url", "http://127.0.0.1:9")]).expect("a newsroom");
        let applied = apply_newsroom::apply(&context, &declaration, &Actor::CommandLine, Consent::NotGiven).await;
        applied.expect("the newsroom is applied");
        let mailer = Mailer::Mailbox(Mailbox::default());
        let surroundings = Surroundings { mailer, dev: None, form_origins: Vec::new() };
        let app = App::build(&config, context, surroundings, listener).await.expect("the service is built");
        let running = app.start_with(duty);
        Self { address, context: running.context.clone(), running }
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

fn settings(url: &str, address: SocketAddr) -> Config {
    let mut config = Config::defaults().expect("the defaults are complete");
    config.http.base_url = format!("http://localhost:{}/", address.port()).parse().expect("an address");
    config.http.workers = WORKERS;
    config.database.url = url.to_owned();
    config.payments.secret_key = "sk_test_masthead_benches".to_owned();
    config.payments.webhook_secrets = vec![WEBHOOK_SECRET.to_owned()];
    config.payments.live = false;
    config
}

/// Members of a plan, each signed in in one browser. Returns the cookies' values.
pub async fn signed_in_members(context: &Context, members: usize) -> Vec<String> {
    let now = context.clock.wall();
    let entropy = context.entropy.as_ref();
    let catalogue = catalogue::read(context).await.expect("the catalogue");
    let plan = catalogue.plans.first().expect("a plan");
    let mut cookies = Vec::new();
    let mut tx = context.store.begin().await.expect("a transaction");
    for n in 0..members {
        let person = Person {
            id: PersonId::mint(now, entropy),
            email: Email::parse(&format!("reader-{n}@example.org")).expect("an address"),
            name: None,
            locale: "en".to_owned(),
        };
        let person = store::person::find_or_insert(&mut tx, &person, now).await.expect("a person");
        let id = MemberId::mint(now, entropy);
        let (member, _) = store::member::find_or_insert(&mut tx, &id, &person.id, now).await.expect("a member");
        store::member::verify(&mut tx, &member.id, now).await.expect("a verified member");
        let right = Entitlement {
            id: EntitlementId::mint(now, entropy),
            member_id: member.id.clone(),
            plan_id: plan.id.clone(),
            source: Source::Comp,
            subscription_id: None,
            window: Window { from: now, until: None },
            settled_at: Some(now),
        };
        store::entitlement::insert(&mut tx, &right, now).await.expect("a right");
        let cookie = format!("cookie-of-reader-{n}");
        let session = Session {
            id: SessionId::mint(now, entropy),
            token_hash: hash(&cookie),
            member_id: member.id,
            attempt_id: None,
            created_at: now,
            expires_at: now.plus_seconds(86_400),
        };
        store::session::insert(&mut tx, &session).await.expect("a session");
        cookies.push(cookie);
    }
    tx.commit().await.expect("they are stored");
    cookies
}

/// What the database keeps of a cookie.
pub fn hash(cookie: &str) -> String {
    let hash = digest::digest(&digest::SHA256, cookie.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
