//! `masthead check-config`: tries everything that the settings name, and says line by line what it found and what to do.

use std::{future::Future, process::ExitCode, time::Duration};

use super::{CommandResult, SettingsArgs, offline, on_one_line, production};
use crate::{
    app,
    config::{Config, MailConfig, MailTls},
    domain::plan::Tax,
    flow::{
        apply_newsroom,
        check_outside::{self, PaymentsReach, api_version},
        publish_keys,
    },
    store::{self, Dialect, Store, StoreError},
};

/// How long each thing that is tried may take.
const BOUND: Duration = Duration::from_secs(8);
/// How long the database may take to accept a connection.
const CONNECT_BOUND: Duration = Duration::from_secs(5);

/// What was found: one line, of which a fault is the kind that makes the command fail.
type Finding = Result<String, String>;

/// Tries everything; fails if anything is not as it should be.
pub async fn run(args: SettingsArgs) -> CommandResult {
    let (config, faults) = production::look_at_settings(&args)?;
    let mut report = Report::default();
    report.settings(faults.iter().map(ToString::to_string).collect());
    for finding in bounded(database(&config)).await {
        report.add("database", finding);
    }
    for finding in bounded(async { vec![mail(&config).await] }).await {
        report.add("mail", finding);
    }
    for finding in bounded(async { vec![payments(&config).await] }).await {
        report.add("payments", finding);
    }
    if !config.payments.tax {
        for warning in bounded(untaxed(&config)).await.into_iter().flatten() {
            report.line("payments", "WARN", &warning);
        }
    }
    Ok(if report.has_faults { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

#[derive(Default)]
struct Report {
    has_faults: bool,
}

impl Report {
    fn settings(&mut self, faults: Vec<String>) {
        if faults.is_empty() {
            self.add("settings", Ok("complete".to_owned()));
        }
        for fault in faults {
            self.add("settings", Err(fault));
        }
    }

    fn add(&mut self, what: &str, finding: Finding) {
        let (verdict, words) = match finding {
            Ok(words) => ("ok", words),
            Err(words) => {
                self.has_faults = true;
                ("FAULT", words)
            }
        };
        self.line(what, verdict, &words);
    }

    fn line(&self, what: &str, verdict: &str, words: &str) {
        println!("{what:<10}{verdict:<7}{words}");
    }
}

async fn bounded(trial: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    let late = || vec![Err(format!("no answer within {} seconds: is it the right address?", BOUND.as_secs()))];
    tokio::time::timeout(BOUND, trial).await.unwrap_or_else(|_| late())
}

async fn database(config: &Config) -> Vec<Finding> {
    if config.database.is_missing_file() {
        return vec![Err("there is no such file yet: run `masthead migrate`".to_owned())];
    }
    let acquire_timeout = config.database.acquire_timeout().min(CONNECT_BOUND);
    let store = match Store::open(&config.database.url, acquire_timeout).await {
        Ok(store) => store,
        Err(error) => return vec![Err(told(&error))],
    };
    let kind = if store.dialect() == Dialect::Sqlite { "SQLite" } else { "PostgreSQL" };
    let mut findings = vec![Ok(format!("{kind} answers"))];
    match store.check().await {
        Ok(()) => {
            findings.push(Ok(format!("its schema fits (migration {})", store.newest_migration())));
            findings.push(store.check_writable().await.map_err(|e| told(&e)).map(|()| "it takes writes".to_owned()));
            findings.push(newsroom(&store).await);
            findings.extend(signing_keys(config).await);
        }
        Err(error) => findings.push(Err(told(&error))),
    }
    findings
}

async fn newsroom(store: &Store) -> Finding {
    let mut conn = store.read().await.map_err(|error| told(&error))?;
    match apply_newsroom::presentation_in(&mut conn).await.map_err(|error| told(&error))? {
        Some(newsroom) => Ok(format!("{} is declared in it", newsroom.name)),
        None => Err("no newsroom is declared in it: run `masthead apply newsroom.toml`".to_owned()),
    }
}

/// Prices on which tax comes on top, while nobody adds it: nothing stops that, and it is hardly meant.
async fn untaxed(config: &Config) -> Vec<Finding> {
    if config.database.is_missing_file() {
        return Vec::new();
    }
    let found = async {
        let store = Store::open(&config.database.url, config.database.acquire_timeout().min(CONNECT_BOUND)).await?;
        let on_sale = store::price::list_on_sale(&mut *store.read().await?).await;
        store.close().await;
        on_sale
    };
    // What is wrong with the database is told already.
    let Ok(on_sale) = found.await else { return Vec::new() };
    let count = on_sale.iter().filter(|price| price.tax == Tax::OnTop).count();
    let words = format!(
        "tax comes on top of {count} of the prices on sale, and nobody adds it: set payments.tax = true, or tax = \"none\" there"
    );
    if count > 0 { vec![Ok(words)] } else { Vec::new() }
}

/// Whether the master secret is the one that the database's signing keys are sealed under. That there is none is told already.
async fn signing_keys(config: &Config) -> Option<Finding> {
    config.secrets.master_bytes()?;
    let opened = match offline::with_secret(config).await {
        Ok(context) => publish_keys::refresh(&context).await.map_err(|error| on_one_line(&error)),
        Err(error) => Err(on_one_line(error.as_ref())),
    };
    Some(opened.map(|()| "its signing keys open with secrets.master".to_owned()))
}

/// What the database said, and what to do about it.
fn told(error: &StoreError) -> String {
    let said = on_one_line(error);
    let advice = match error.database_code().as_deref() {
        Some("28P01" | "28000") => "mend user and password in database.url",
        Some("3D000") => "make that database, or name another in database.url",
        Some("42501") => "let this user make and change tables there",
        Some("25006") => "this server is a standby: name the one that takes writes",
        _ if error.is_unavailable() => "is it running, and can it be reached from here? The address is in database.url",
        _ => return said,
    };
    format!("{said}: {advice}")
}

async fn mail(config: &Config) -> Finding {
    let mail = &config.mail;
    if mail.host.is_empty() {
        return Err("not tried: there is no server".to_owned());
    }
    let mailer = app::smtp_mailer(config).map_err(|error| on_one_line(&error))?;
    let server = format!("{}:{}", mail.host, mail.port());
    match mailer.check().await {
        Ok(()) => Ok(format!("{server} answers{}; no mail was sent", if_signed_in(mail))),
        Err(error) => {
            let said = on_one_line(&error);
            let advice = match &said {
                words if words.contains("connecting") => ": the server is named by mail.host and mail.port",
                words if words.contains("signing in") => ": mend mail.username and mail.password",
                _ => "",
            };
            Err(format!("{server}: {said}{advice}"))
        }
    }
}

fn if_signed_in(mail: &MailConfig) -> &'static str {
    match (mail.tls, mail.username.is_empty()) {
        (MailTls::None, true) => ", in the clear and without signing in",
        (MailTls::None, false) => " in the clear, and lets us in",
        (_, true) => " over TLS, without signing in",
        (_, false) => " over TLS, and lets us in",
    }
}

async fn payments(config: &Config) -> Finding {
    let payments = &config.payments;
    if payments.secret_key.is_empty() {
        return Err("not tried: there is no key".to_owned());
    }
    let mode = if payments.is_live() { "live: money moves" } else { "test: no money moves" };
    match check_outside::payments(&payments.secret_key, payments.api_url()).await {
        PaymentsReach::Reached => Ok(format!("Stripe takes the key; {mode}; API version {}", api_version())),
        PaymentsReach::KeyUnknown => {
            Err("Stripe does not know the key: copy it again from the dashboard into payments.secret_key".to_owned())
        }
        PaymentsReach::KeyRestricted => {
            Err("Stripe knows the key, which may not read prices: give the restricted key that right".to_owned())
        }
        PaymentsReach::Unreached(said) => {
            Err(format!("{said}: can this machine reach api.stripe.com, or what payments.api_url names?"))
        }
    }
}
