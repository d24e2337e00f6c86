//! A service's outbox without the service: mail is posted, the clock is moved, and what is due is delivered.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use masthead::{
    app::{self, wall_clock},
    config::Config,
    domain::{
        attempt::{Attempt, Purpose},
        id::{AttemptId, OutboxId, PersonId},
        mail::{Mail, Receipt},
        member::Person,
        newsroom::Newsroom,
        plan::Interval,
        time::Moment,
    },
    flow::{Clock, Context, deliver_outbox},
    gateway::mail::{Mailer, SmtpMailer},
    store::{
        self,
        outbox::{Draft, Message},
    },
    token::MasterSecret,
};
use sqlx::{AnyConnection, Row as _};

use crate::{
    server::email,
    support::{API_KEY, SeededEntropy, TestDatabase},
};

/// Fifteen minutes, in seconds: how long a code holds.
pub const CODE_SECONDS: i64 = 900;

pub struct Office {
    pub context: Context,
    wall: Arc<AtomicI64>,
    _database: TestDatabase,
}

/// How a message stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Standing {
    pub sent: bool,
    pub given_up: bool,
    pub leased: bool,
    pub due_in_millis: i64,
    pub attempts: i64,
    pub last_error: String,
}

impl Office {
    pub async fn open(database: TestDatabase) -> Self {
        Self::open_with(database, |_| {}).await
    }

    pub async fn open_with(database: TestDatabase, change: impl FnOnce(&mut Context)) -> Self {
        let mut config = Config::defaults().unwrap();
        config.database.url.clone_from(&database.url);
        config.payments.secret_key = API_KEY.to_owned();
        let wall = Arc::new(AtomicI64::new(wall_clock().millis()));
        let now = {
            let wall = wall.clone();
            move || Moment::from_millis(wall.load(Ordering::SeqCst))
        };
        let clock = Clock::new(now.clone(), now);
        let secret = MasterSecret::new(&[7; 32]).unwrap();
        let entropy = Arc::new(SeededEntropy::new(1));
        let mut context = app::context(&config, secret, clock, entropy).await.unwrap();
        change(&mut context);
        Self { context, wall, _database: database }
    }

    pub fn now(&self) -> Moment {
        self.context.clock.wall()
    }

    pub fn pass(&self, seconds: i64) {
        self.wall.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    /// Posts a code to sign in with.
    pub async fn post_code(&self, to: &str) -> OutboxId {
        let attempt_id = AttemptId::mint(self.now(), self.context.entropy.as_ref());
        self.post(to, Mail::SignIn { attempt_id: attempt_id.to_string() }, CODE_SECONDS).await
    }

    /// Posts news, which may wait for days.
    pub async fn post_news(&self, to: &str) -> OutboxId {
        self.post(to, Mail::AddressChanged { masked_new_email: "o…@example.org".to_owned() }, 3 * 86_400).await
    }

    /// Posts that a payment has arrived, with a code that works for fifteen minutes.
    pub async fn post_paid(&self, to: &str) -> (OutboxId, AttemptId) {
        let now = self.now();
        let attempt_id = AttemptId::mint(now, self.context.entropy.as_ref());
        let receipt = Receipt {
            plan: "Supporter".to_owned(),
            amount_minor: 700,
            currency: "EUR".to_owned(),
            interval: Interval::Month,
            next_payment_at_millis: None,
            next_payment_minor: None,
        };
        let mail = Mail::PaidSignIn { receipt, attempt_id: attempt_id.to_string() };
        let id = self.post(to, mail, 3 * 86_400).await;
        let mut tx = self.context.store.begin().await.unwrap();
        let person = store::person::find_by_email(&mut tx, &email(to)).await.unwrap().unwrap();
        let attempt = Attempt {
            id: attempt_id.clone(),
            person_id: person.id,
            purpose: Purpose::SignIn,
            member_id: None,
            browser_hash: None,
            return_to: None,
            wrong_codes: 0,
            created_at: now,
            expires_at: now.plus_seconds(CODE_SECONDS),
            used_at: None,
        };
        store::attempt::insert(&mut tx, &attempt).await.unwrap();
        tx.commit().await.unwrap();
        (id, attempt_id)
    }

    pub async fn post(&self, to: &str, mail: Mail, worth_seconds: i64) -> OutboxId {
        let now = self.now();
        let draft = Person {
            id: PersonId::mint(now, self.context.entropy.as_ref()),
            email: email(to),
            name: None,
            locale: "en".to_owned(),
        };
        let mut tx = self.context.store.begin().await.unwrap();
        let person = store::person::find_or_insert(&mut tx, &draft, now).await.unwrap();
        let id = OutboxId::mint(now, self.context.entropy.as_ref());
        let draft = Draft {
            id: id.clone(),
            person_id: Some(person.id),
            message: Message::Mail { mail },
            now,
            expires_at: now.plus_seconds(worth_seconds),
        };
        store::outbox::post(&mut tx, &draft).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Delivers what is due now, once. Says whether there was anything.
    pub async fn deliver(&self, mailer: &SmtpMailer) -> bool {
        let newsroom = Newsroom {
            name: "The Harbour Ledger".to_owned(),
            website: "http://127.0.0.1:9/".to_owned(),
            accent: "#0b5c6b".to_owned(),
            time_zone: "Europe/Lisbon".to_owned(),
            ..Newsroom::default()
        };
        deliver_outbox::deliver_mail(&self.context, &Mailer::Smtp(mailer.clone()), &newsroom).await.unwrap()
    }

    pub async fn standing(&self, id: &OutboxId) -> Standing {
        let mut conn = self.context.store.read().await.unwrap();
        let conn: &mut AnyConnection = &mut conn;
        let select = "SELECT CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END AS sent, \
                      CASE WHEN given_up_at IS NULL THEN 0 ELSE 1 END AS given_up, leased_until, due_at, \
                      attempts, last_error FROM outbox WHERE id = $1";
        let query = sqlx::query(select).bind(id.as_str());
        let row = query.fetch_one(conn).await.unwrap();
        let int = |column: &str| {
            row.try_get::<i64, _>(column).or_else(|_| row.try_get::<i32, _>(column).map(i64::from)).unwrap()
        };
        let now = self.now().millis();
        Standing {
            sent: int("sent") == 1,
            given_up: int("given_up") == 1,
            leased: int("leased_until") > now,
            due_in_millis: int("due_at") - now,
            attempts: int("attempts"),
            last_error: row.try_get::<Option<String>, _>("last_error").unwrap().unwrap_or_default(),
        }
    }

    /// What the audit tells of a message.
    pub async fn audited(&self, id: &OutboxId) -> Vec<(String, serde_json::Value)> {
        let mut conn = self.context.store.read().await.unwrap();
        let conn: &mut AnyConnection = &mut conn;
        let select = "SELECT action, detail FROM audit WHERE subject_id = $1";
        let rows = sqlx::query(select).bind(id.as_str()).fetch_all(conn).await.unwrap();
        let read = |row: &sqlx::any::AnyRow| {
            (row.get::<String, _>("action"), serde_json::from_str(&row.get::<String, _>("detail")).unwrap())
        };
        rows.iter().map(read).collect()
    }
}
