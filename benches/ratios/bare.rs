//! The bare sides: actix routes that do only what cannot be left out.

use std::net::{SocketAddr, TcpListener};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, http::header, web};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};

use super::ground::WORKERS;

/// A bare server, running.
pub struct Bare {
    pub address: SocketAddr,
    handle: ServerHandle,
}

/// The database's own pool, without the layer that makes two kinds one.
#[derive(Clone)]
pub enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// What the statement reads: by the unique index on the hash.
const READ: &str = "SELECT member_id, expires_at FROM session WHERE token_hash = $1 AND ended_at IS NULL";

/// What working through the inbox changes in it.
const SETTLE: &str = "UPDATE webhook_event SET state = 'done' WHERE routing_key = $1 AND state = 'pending'";

impl Pool {
    /// Opens it as an application would that wants speed: nothing is asked before each use.
    pub async fn open(url: &str) -> Self {
        Self::open_with(url, 8).await
    }

    /// The same for writing: SQLite has one writer.
    pub async fn open_to_write(url: &str) -> Self {
        Self::open_with(url, 1).await
    }

    async fn open_with(url: &str, sqlite_connections: u32) -> Self {
        if url.starts_with("sqlite:") {
            let options: sqlx::sqlite::SqliteConnectOptions = url.parse().expect("an address");
            let options = options
                .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
            let pool =
                sqlx::sqlite::SqlitePoolOptions::new().test_before_acquire(false).max_connections(sqlite_connections);
            Self::Sqlite(pool.connect_with(options).await.expect("the database opens"))
        } else {
            let pool = sqlx::postgres::PgPoolOptions::new().test_before_acquire(false).max_connections(8);
            Self::Postgres(pool.connect(url).await.expect("the database opens"))
        }
    }

    /// Marks a customer's events as done, durably.
    pub async fn settle(&self, routing_key: &str) -> u64 {
        match self {
            Self::Sqlite(pool) => {
                sqlx::query(SETTLE).bind(routing_key).execute(pool).await.map(|done| done.rows_affected())
            }
            Self::Postgres(pool) => {
                sqlx::query(SETTLE).bind(routing_key).execute(pool).await.map(|done| done.rows_affected())
            }
        }
        .expect("the rows are changed")
    }

    async fn read_session(&self, hash: &str) -> (String, i64) {
        match self {
            Self::Sqlite(pool) => sqlx::query_as(AssertSqlSafe(READ)).bind(hash).fetch_one(pool).await,
            Self::Postgres(pool) => sqlx::query_as(AssertSqlSafe(READ)).bind(hash).fetch_one(pool).await,
        }
        .expect("the session is there")
    }
}

/// A route that answers with this body under these headers.
pub fn bytes(body: web::Bytes, headers: Vec<(String, String)>) -> Bare {
    start(move |config| {
        let (body, headers) = (body.clone(), headers.clone());
        let answer = move || {
            let mut answer = HttpResponse::Ok();
            for (name, value) in &headers {
                answer.append_header((name.as_str(), value.as_str()));
            }
            let body = body.clone();
            async move { answer.body(body) }
        };
        config.route("/counter", web::get().to(answer));
    })
}

/// What a token's claims weigh, in bytes: header and claims in base64, as they are signed.
const SIGNED_BYTES: usize = 480;

/// A route that reads a session by its hash, and signs.
pub fn token(pool: Pool) -> Bare {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).expect("a key");
    let shared = web::Data::new((pool, pair, random));
    start(move |config| {
        config.app_data(shared.clone()).route("/token", web::post().to(sign));
    })
}

async fn sign(
    shared: web::Data<(Pool, EcdsaKeyPair, SystemRandom)>,
    request: actix_web::HttpRequest,
    _body: web::Bytes,
) -> HttpResponse {
    let (pool, pair, random) = &**shared;
    let hash = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (member_id, _) = pool.read_session(hash).await;
    let message = format!("{member_id:x<SIGNED_BYTES$}");
    let signature = pair.sign(random, message.as_bytes()).expect("a signature");
    let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
    HttpResponse::Ok().content_type("application/json").body(format!("{{\"access_token\":\"{message}.{signature}\"}}"))
}

/// A server with these routes, on a free port.
pub fn start(routes: impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static) -> Bare {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its number");
    let routes = move || App::new().configure(routes.clone());
    let server = HttpServer::new(routes).workers(WORKERS).disable_signals().listen(listener).expect("a server").run();
    let handle = server.handle();
    tokio::spawn(server);
    Bare { address, handle }
}

impl Bare {
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}
