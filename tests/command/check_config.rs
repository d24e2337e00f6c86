//! `masthead check-config` against things that are up, down, silent, or keep us out.

use std::{
    net::TcpListener,
    process::Output,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::support::{
    DatabaseKind, PostOffice, Production, TestDatabase, free_port, on_both_databases,
    post_office::Manners,
    production::{MAIL_PASSWORD, words},
};

/// Each thing that is tried takes eight seconds at the most; all but one answer at once.
const BOUND: Duration = Duration::from_secs(30);

/// The lines about something.
fn lines<'a>(said: &'a str, what: &str) -> Vec<&'a str> {
    said.lines().filter(|line| line.starts_with(what)).collect()
}

/// One line about something is a fault, with these words; the command fails.
#[track_caller]
fn assert_fault(output: &Output, what: &str, wanted: &[&str]) {
    let said = words(output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let faults: Vec<&str> = lines(&said, what).into_iter().filter(|line| line.contains("FAULT")).collect();
    assert_eq!(faults.len(), 1, "{said}");
    for word in wanted {
        assert!(faults[0].contains(word), "no {word:?} in {said}");
    }
    let others = said.lines().filter(|line| line.contains("FAULT") && !line.starts_with(what));
    assert_eq!(others.count(), 0, "{said}");
}

/// A listener that takes connections and never says a word.
fn silent() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

on_both_databases! {
    async fn all_is_well(db: TestDatabase) {
        let production = Production::new(db).await;
        let output = production.run(&["check-config"]);
        let said = words(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(!said.contains("FAULT"), "{said}");
        for wanted in ["settings  ok", "answers", "its schema fits", "it takes writes", "lets us in", "The Harbour Ledger", "test: no money moves", "2026-09-30.endive"] {
            assert!(said.contains(wanted), "no {wanted:?} in {said}");
        }
        let kind = if production.database.kind == DatabaseKind::Sqlite { "SQLite" } else { "PostgreSQL" };
        assert!(said.contains(kind), "{said}");
    }

    async fn a_database_that_is_not_ready_is_told_with_the_next_step(db: TestDatabase) {
        let mut production = Production::bare(db).await;
        assert_fault(&production.run(&["check-config"]), "database", &["masthead apply"]);
        production.database = TestDatabase::empty(production.database.kind).await;
        production.set("DATABASE_URL", &production.database.url.clone());
        assert_fault(&production.run(&["check-config"]), "database", &["masthead migrate"]);
    }

    async fn a_gateway_that_keeps_us_out_or_is_not_there_is_told(db: TestDatabase) {
        let mut production = Production::new(db).await;
        production.set("MASTHEAD__PAYMENTS__SECRET_KEY", "sk_test_SomebodyElsesKeyEntirely");
        let output = production.run(&["check-config"]);
        assert_fault(&output, "payments", &["does not know the key", "payments.secret_key"]);
        assert!(!words(&output).contains("SomebodyElses"), "{}", words(&output));
        production.set("MASTHEAD__PAYMENTS__SECRET_KEY", crate::support::production::STRIPE_KEY);
        production.set("MASTHEAD__PAYMENTS__API_URL", &format!("http://127.0.0.1:{}/", free_port()));
        assert_fault(&production.run(&["check-config"]), "payments", &["payments.api_url"]);
        let (_listener, port) = silent();
        production.set("MASTHEAD__PAYMENTS__API_URL", &format!("http://127.0.0.1:{port}/"));
        let began = Instant::now();
        assert_fault(&production.run(&["check-config"]), "payments", &["no answer within"]);
        assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_is_down_silent_or_keeps_us_out_is_told() {
    let mut production = Production::new(TestDatabase::new(DatabaseKind::Sqlite).await).await;
    production.set("MASTHEAD__MAIL__PORT", &PostOffice::open(Manners::LetsNobodyIn).port.to_string());
    let output = production.run(&["check-config"]);
    assert_fault(&output, "mail", &["127.0.0.1:", "535", "mail.password"]);
    assert!(!words(&output).contains(MAIL_PASSWORD), "{}", words(&output));
    production.set("MASTHEAD__MAIL__PORT", &free_port().to_string());
    assert_fault(&production.run(&["check-config"]), "mail", &["refused", "mail.port"]);
    production.set("MASTHEAD__MAIL__PORT", &PostOffice::open(Manners::Silent).port.to_string());
    let began = Instant::now();
    assert_fault(&production.run(&["check-config"]), "mail", &["no answer within"]);
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());
    // One that offers no TLS, where TLS is asked for.
    production.set("MASTHEAD__MAIL__PORT", &production.post_office.port.to_string());
    production.set("MASTHEAD__MAIL__TLS", "starttls");
    assert_fault(&production.run(&["check-config"]), "mail", &["127.0.0.1:"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_is_down_silent_or_keeps_us_out_is_told() {
    let mut production = Production::new(TestDatabase::new(DatabaseKind::Postgres).await).await;
    let mut url = url::Url::parse(&production.database.url).unwrap();
    let port = url.port();
    let name = url.path().to_owned();
    url.set_path("/there_is_no_such_database");
    production.set("DATABASE_URL", url.as_str());
    assert_fault(&production.run(&["check-config"]), "database", &["does not exist", "make that database"]);
    url.set_path(&name);
    url.set_port(Some(free_port())).unwrap();
    production.set("DATABASE_URL", url.as_str());
    assert_fault(&production.run(&["check-config"]), "database", &["refused", "is it running"]);
    let (_listener, silent_port) = silent();
    url.set_port(Some(silent_port)).unwrap();
    production.set("DATABASE_URL", url.as_str());
    let began = Instant::now();
    assert_fault(&production.run(&["check-config"]), "database", &["is it running"]);
    assert!(began.elapsed() < BOUND, "{:?}", began.elapsed());

    // A user who must give a password, and gives another.
    url.set_port(port).unwrap();
    let role = format!("locked_{}", std::process::id());
    let mut admin = PgConnection::connect(&production.database.url).await.unwrap();
    ask_for_passwords(&mut admin).await;
    admin.execute(AssertSqlSafe(format!("CREATE ROLE {role} LOGIN PASSWORD 'right'"))).await.unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("wrong")).unwrap();
    production.set("DATABASE_URL", url.as_str());
    let output = production.run(&["check-config"]);
    assert_fault(&output, "database", &["password", "mend user and password"]);
    assert!(!words(&output).contains("wrong@"), "{}", words(&output));
    url.set_password(Some("right")).unwrap();
    production.set("DATABASE_URL", url.as_str());
    // It is let in, and may only read.
    admin.execute(AssertSqlSafe(format!("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"))).await.unwrap();
    assert_fault(&production.run(&["check-config"]), "database", &["permission denied", "let this user"]);
    admin.execute(AssertSqlSafe(format!("DROP OWNED BY {role}; DROP ROLE {role}"))).await.unwrap();
}

/// The tests' own cluster trusts everybody; this program's locked user it asks for a password from now on.
async fn ask_for_passwords(admin: &mut PgConnection) {
    let file: String = sqlx::query_scalar("SHOW hba_file").fetch_one(&mut *admin).await.unwrap();
    let rules: String = sqlx::query_scalar("SELECT pg_read_file($1)").bind(&file).fetch_one(&mut *admin).await.unwrap();
    let role = format!("locked_{}", std::process::id());
    if rules.contains(&role) {
        return;
    }
    let rule = format!("host all {role} 127.0.0.1/32 scram-sha-256");
    let lines = format!("{rule}\n{rules}").replace('\'', "''");
    let write = format!("COPY (SELECT unnest(string_to_array('{lines}', E'\\n'))) TO '{file}'");
    admin.execute(AssertSqlSafe(write)).await.unwrap();
    let reloaded: bool = sqlx::query_scalar("SELECT pg_reload_conf()").fetch_one(&mut *admin).await.unwrap();
    assert!(reloaded);
}

#[test]
fn settings_and_an_sqlite_file_that_are_not_there_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_masthead"));
    let database = format!("sqlite:{}", folder.path().join("masthead.db").display());
    let output = command.arg("check-config").env("DATABASE_URL", database).current_dir(folder.path()).output().unwrap();
    let said = words(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(lines(&said, "settings").len() >= 4 && said.contains("secrets.master"), "{said}");
    assert!(lines(&said, "database")[0].contains("masthead migrate"), "{said}");
    assert!(!folder.path().join("masthead.db").exists(), "a database was made");
}
