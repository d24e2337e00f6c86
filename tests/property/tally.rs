//! The tally equals a recount equals the sum of the ledger, whatever happens at the same time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use masthead::{
    app,
    config::{Config, read_declaration},
    domain::{
        actor::Actor,
        entitlement::{Entitlement, Source},
        id::{EntitlementId, MemberId, PersonId, PlanId},
        member::{Member, Person},
        time::{DAY_MILLIS, Moment, Window},
    },
    flow::{
        Clock, Context,
        apply_newsroom::{self, Consent},
        fold_counter, pass_time, prove_tally, recount_member,
    },
    store,
    token::MasterSecret,
};

use crate::support::{SeededEntropy, TestDatabase, on_both_databases};

/// Where business time begins.
const START: &str = "2026-09-01T00:00:00Z";
/// How many readers there are.
const READERS: u64 = 10;
/// How many rounds of things at the same time a history has.
const ROUNDS: u64 = 8;
/// How many things happen at the same time.
const AT_ONCE: u64 = 12;
const SOURCES: [Source; 5] = [Source::Gift, Source::Offline, Source::External, Source::Comp, Source::Group];

fn newsroom() -> String {
    let campaign = |slug: &str, words: &str, ends_at: &str| {
        format!(
            "[[campaigns]]\nslug = \"{slug}\"\ntitle = \"{slug}\"\npitch = \"Why.\"\ngoal_members = 5\n{words}\nstarts_at = \"{START}\"\n\
             ends_at = \"{ends_at}\"\ntime_zone = \"Europe/Kyiv\"\npublic = true\n"
        )
    };
    let (far, near) = ("2036-01-01T00:00:00Z", "2026-11-01T00:00:00Z");
    let offset =
        "[campaigns.offset]\nmembers = 100\nat = \"2026-08-01T00:00:00Z\"\nauthor = \"Ines\"\nreason = \"elsewhere\"\n";
    [
        "[newsroom]\nname = \"The Ledger\"\ntagline = \"News\"\nwebsite = \"https://paper.example/\"\naccent = \"#0b5c6b\"\n\
         time_zone = \"Europe/Kyiv\"\nlocale = \"en\"\n[[gates]]\nslug = \"members\"\ntitle = \"Members\"\nopens_for = \"plan\"\n\
         [[plans]]\nslug = \"supporter\"\ntitle = \"Supporter\"\ndescription = \"All.\"\ngates = [\"members\"]\n\
         prices = [{ amount_minor = 700, currency = \"EUR\", interval = \"month\", tax = \"inside\" }]\n",
        &campaign("total", "", far),
        &campaign("with-offset", "", far),
        offset,
        &campaign("joined-net", "basis = \"joined\"", far),
        &campaign("joined-gross", "basis = \"joined\"\nleavers = \"gross\"", far),
        &campaign("everybody", "who = \"all_members\"", far),
        &campaign("seats", "sources = [\"comp\", \"group\"]", far),
        &campaign("ending", "", near),
        &campaign("ending-net", "basis = \"joined\"", near),
    ]
    .concat()
}

/// A newsroom whose time the history moves.
struct World {
    context: Context,
    now_millis: Arc<AtomicI64>,
    plan_id: PlanId,
    chance: SeededEntropy,
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// A right of some source, perhaps begun already, perhaps yet to begin, perhaps unpaid.
    Give { source: Source, from_days: i64, length_days: Option<i64>, settled: bool },
    /// The address answers.
    Answer,
    /// Every right of the reader ends now.
    Leave,
    /// Somebody looks again for no reason.
    LookAgain,
    /// A worker folds.
    Fold,
    /// A worker looks for those for whom a moment has come.
    PassTime,
}

impl World {
    async fn new(db: &TestDatabase, seed: u64) -> Self {
        let now_millis = Arc::new(AtomicI64::new(Moment::parse(START).unwrap().millis()));
        let (business, wall) = (Arc::clone(&now_millis), Arc::clone(&now_millis));
        let read = |clock: &AtomicI64| Moment::from_millis(clock.load(Ordering::SeqCst));
        let clock = Clock::new(move || read(&business), move || read(&wall));
        let mut config = Config::defaults().unwrap();
        config.database.url.clone_from(&db.url);
        config.database.acquire_timeout_milliseconds = 20_000;
        config.payments.secret_key = "sk_test_nobody".to_owned();
        let entropy = Arc::new(SeededEntropy::new(seed));
        let context = app::context(&config, MasterSecret::new(&[1; 32]).unwrap(), clock, entropy).await.unwrap();
        let declaration = read_declaration(&newsroom(), &[]).unwrap();
        apply_newsroom::apply(&context, &declaration, &Actor::CommandLine, Consent::Given).await.unwrap();
        let mut conn = context.store.read().await.unwrap();
        let plan_id = store::plan::list(&mut conn).await.unwrap()[0].id.clone();
        drop(conn);
        Self { context, now_millis, plan_id, chance: SeededEntropy::new(seed ^ 0xABCD) }
    }

    fn step(&self) -> (u64, Step) {
        let reader = self.chance.below(READERS);
        let step = match self.chance.below(10) {
            0..=3 => Step::Give {
                source: SOURCES[self.chance.below(5) as usize],
                from_days: self.chance.below(15) as i64 - 7,
                length_days: Some(self.chance.below(40) as i64).filter(|days| *days < 35),
                settled: self.chance.below(5) > 0,
            },
            4 => Step::Answer,
            5 | 6 => Step::Leave,
            7 => Step::LookAgain,
            8 => Step::Fold,
            _ => Step::PassTime,
        };
        (reader, step)
    }

    /// All at the same time.
    async fn round(&self, steps: Vec<(u64, Step)>) {
        let mut tasks = tokio::task::JoinSet::new();
        for (reader, step) in steps {
            let (context, plan_id) = (self.context.clone(), self.plan_id.clone());
            tasks.spawn(async move { happen(&context, &plan_id, reader, step).await });
        }
        tasks.join_all().await;
    }

    /// Days go by, unseen by anybody until the workers look.
    fn wait_days(&self, days: i64) {
        self.now_millis.fetch_add(days * DAY_MILLIS, Ordering::SeqCst);
    }

    /// Workers do what is left to do.
    async fn come_to_rest(&self) {
        while pass_time::recount_due(&self.context).await.unwrap() {}
        while fold_counter::fold(&self.context).await.unwrap() {}
    }
}

async fn happen(context: &Context, plan_id: &PlanId, reader: u64, step: Step) {
    match step {
        Step::Fold => drop(fold_counter::fold(context).await.unwrap()),
        Step::PassTime => drop(pass_time::recount_due(context).await.unwrap()),
        Step::LookAgain => recount_member::recount_now(context, &join(context, reader).await.id, "test").await.unwrap(),
        change => {
            let member = join(context, reader).await;
            let mut tx = context.store.begin().await.unwrap();
            let member = store::member::take_fence(&mut tx, &member.id).await.unwrap().unwrap();
            alter(context, &mut tx, plan_id, &member, &change).await;
            let member = store::member::find(&mut tx, &member.id).await.unwrap().unwrap();
            recount_member::recount(context, &mut tx, &member, "test").await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

async fn alter(context: &Context, conn: &mut store::Conn, plan_id: &PlanId, member: &Member, change: &Step) {
    let now = context.clock.business();
    match change {
        Step::Give { source, from_days, length_days, settled } => {
            let from = now.plus_millis(from_days * DAY_MILLIS);
            let right = Entitlement {
                id: EntitlementId::mint(now, context.entropy.as_ref()),
                member_id: member.id.clone(),
                plan_id: plan_id.clone(),
                source: *source,
                subscription_id: None,
                window: Window { from, until: length_days.map(|days| from.plus_millis(days * DAY_MILLIS)) },
                settled_at: settled.then_some(now),
            };
            store::entitlement::insert(conn, &right, now).await.unwrap();
        }
        Step::Answer => drop(store::member::verify(conn, &member.id, now).await.unwrap()),
        _ => {
            let end = "UPDATE entitlement SET valid_until = CASE WHEN valid_from > $2 THEN valid_from ELSE $2 END \
                       WHERE member_id = $1 AND (valid_until IS NULL OR valid_until > $2)";
            sqlx::query(end).bind(member.id.as_str()).bind(now.millis()).execute(conn).await.unwrap();
        }
    }
}

/// The reader as a member, who may be made by several at the same time.
async fn join(context: &Context, reader: u64) -> Member {
    let now = context.clock.wall();
    let draft = Person {
        id: PersonId::mint(now, context.entropy.as_ref()),
        email: format!("reader{reader}@example.com").parse_email(),
        name: None,
        locale: "en".to_owned(),
    };
    let mut tx = context.store.begin().await.unwrap();
    let person = store::person::find_or_insert(&mut tx, &draft, now).await.unwrap();
    let id = MemberId::mint(now, context.entropy.as_ref());
    let (member, _) = store::member::find_or_insert(&mut tx, &id, &person.id, now).await.unwrap();
    tx.commit().await.unwrap();
    member
}

trait ParseEmail {
    fn parse_email(&self) -> masthead::domain::email::Email;
}

impl ParseEmail for String {
    fn parse_email(&self) -> masthead::domain::email::Email {
        masthead::domain::email::Email::parse(self).unwrap()
    }
}

/// What `total` must be, told without any code of the service: distinct members with a paid, counted right that holds.
async fn holders(context: &Context, now: Moment) -> i64 {
    let select = "SELECT COUNT(DISTINCT member_id) FROM entitlement WHERE settled_at IS NOT NULL \
                  AND source IN ('subscription', 'gift', 'offline', 'external') \
                  AND valid_from <= $1 AND (valid_until IS NULL OR valid_until > $1)";
    let mut conn = context.store.read().await.unwrap();
    sqlx::query_scalar(select).bind(now.millis()).fetch_one(&mut *conn).await.unwrap()
}

async fn tally(context: &Context, slug: &str) -> i64 {
    let mut conn = context.store.read().await.unwrap();
    store::campaign::find_by_slug(&mut conn, slug).await.unwrap().unwrap().tally_members
}

async fn check(world: &World, seed: u64, round: u64) {
    world.come_to_rest().await;
    for proof in prove_tally::prove(&world.context).await.unwrap() {
        assert!(proof.holds(), "seed {seed}, round {round}: {proof:?}");
        assert_eq!(proof.waiting_members, 0, "seed {seed}, round {round}: {proof:?}");
    }
    let holders = holders(&world.context, world.context.clock.business()).await;
    let told = (tally(&world.context, "total").await, tally(&world.context, "with-offset").await);
    assert_eq!(told, (holders, holders + 100), "seed {seed}, round {round}");
}

/// `PROPERTY_SEED` repeats one history; otherwise some that are always tried, and one that never was.
fn seeds() -> Vec<u64> {
    match std::env::var("PROPERTY_SEED") {
        Ok(seed) => vec![seed.parse().expect("PROPERTY_SEED is a whole number")],
        Err(_) => vec![1, 2, 3, u64::from(std::process::id()) << 20 ^ app::wall_clock().millis() as u64],
    }
}

on_both_databases! {
    async fn the_tally_is_right_after_every_round_of_everything_at_once(db: TestDatabase) {
        for seed in seeds() {
            let db = TestDatabase::new(db.kind).await;
            let world = World::new(&db, seed).await;
            for round in 0..ROUNDS {
                let steps = (0..AT_ONCE).map(|_| world.step()).collect();
                world.round(steps).await;
                check(&world, seed, round).await;
                world.wait_days(world.chance.below(20) as i64);
                check(&world, seed, round).await;
            }
        }
    }

    async fn a_campaign_that_ended_stays_as_it_was_at_its_end(db: TestDatabase) {
        for seed in seeds() {
            let db = TestDatabase::new(db.kind).await;
            let world = World::new(&db, seed).await;
            let end = Moment::parse("2026-11-01T00:00:00Z").unwrap();
            world.round((0..40).map(|_| world.step()).collect()).await;
            world.wait_days(100);
            // The workers and the readers meet the end at the same time; rights that ended before it did not hold at it.
            let at_end = holders(&world.context, end.plus_millis(-1)).await;
            world.round((0..30).map(|_| world.step()).collect()).await;
            check(&world, seed, 0).await;
            let mut conn = world.context.store.read().await.unwrap();
            let ending = store::campaign::find_by_slug(&mut conn, "ending").await.unwrap().unwrap();
            assert_eq!(ending.frozen_members, Some(at_end), "seed {seed}: what held at the end");
        }
    }
}
