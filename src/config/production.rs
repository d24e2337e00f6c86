//! What production asks of the settings: everything that is missing or weak, in one go.

use std::path::Path;

use url::{Host, Url};

use super::{Config, Fault};

/// How values begin that stand in `config/production.example.toml` to be replaced.
const EXAMPLE: &str = "replace-me";
/// The host that the example stands with.
const EXAMPLE_HOST: &str = "members.paper.example";
/// What `base_url` is when nobody has set it.
const DEFAULT_BASE_URL: &str = "http://localhost:8080/";
/// The fewest bytes of a master secret.
const MASTER_MIN_BYTES: usize = 32;
/// The fewest different bytes among them: random ones have some thirty.
const MASTER_MIN_KINDS: usize = 12;
/// The fewest characters of a key of Stripe's after its prefix.
const KEY_MIN_CHARS: usize = 16;

/// The fewest characters of the token for the metrics.
const TOKEN_MIN_CHARS: usize = 24;

impl Config {
    /// Everything that is missing or weak for production, a fault each; none when the service may start.
    pub fn production_faults(&self) -> Vec<Fault> {
        let parts = [
            self.master_faults(),
            self.http_faults(),
            self.database_faults(),
            self.key_faults(),
            self.webhook_faults(),
            self.mail.faults(),
            self.range_faults(),
            self.log_faults(),
            self.metrics_faults(),
        ];
        parts.concat()
    }

    fn master_faults(&self) -> Vec<Fault> {
        let how = "put the output of `openssl rand -base64 48` there, or in a file that secrets.master_file names";
        let fault = |words: String| vec![Fault::new("secrets.master", words)];
        let master = &self.secrets.master;
        if master.is_empty() {
            return fault(format!("is missing: {how}"));
        }
        if master.starts_with(EXAMPLE) {
            return fault(format!("is still the example's: {how}"));
        }
        match self.secrets.master_bytes() {
            None => fault(format!("is neither base64 nor hexadecimal: {how}")),
            Some(bytes) if bytes.len() < MASTER_MIN_BYTES => {
                fault(format!("has {} bytes, {MASTER_MIN_BYTES} are the least: {how}", bytes.len()))
            }
            Some(bytes) if kinds(&bytes) < MASTER_MIN_KINDS => fault(format!("is a pattern, not random: {how}")),
            Some(_) => Vec::new(),
        }
    }

    fn http_faults(&self) -> Vec<Fault> {
        let mut faults = base_url_faults(&self.http.base_url);
        let everybody = self.http.trusted_proxies.iter().find(|network| network.prefix_len() == 0);
        if let Some(network) = everybody {
            let words = format!(
                "{network} is everybody, who could then claim any address: name your own proxies alone, such as [\"127.0.0.1/32\"]"
            );
            faults.push(Fault::new("http.trusted_proxies", words));
        }
        faults
    }

    fn database_faults(&self) -> Vec<Fault> {
        let words = match self.database.url.split_once(':') {
            Some(("sqlite", rest)) => sqlite_fault(rest),
            Some(("postgres" | "postgresql", _)) => postgres_fault(&self.database.url),
            _ => Some("must be sqlite:/path/to/file.db or postgres://user:password@host/database".to_owned()),
        };
        words.into_iter().map(|words| Fault::new("database.url", words)).collect()
    }

    fn key_faults(&self) -> Vec<Fault> {
        let payments = &self.payments;
        let mut faults: Vec<Fault> = key_fault(&payments.secret_key, payments.live)
            .into_iter()
            .map(|words| Fault::new("payments.secret_key", words))
            .collect();
        if let Some(url) = payments.api_url() {
            let words = match Url::parse(url) {
                Ok(_) if payments.is_live() => Some("must be empty: a live key goes to Stripe alone"),
                Ok(url) if url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)) => None,
                _ => Some("must be empty for Stripe itself, or an address with https"),
            };
            faults.extend(words.map(|words| Fault::new("payments.api_url", words)));
        }
        faults
    }

    fn webhook_faults(&self) -> Vec<Fault> {
        let secrets = &self.payments.webhook_secrets;
        let where_from = "copy the endpoint's signing secret from Stripe's dashboard, whsec_…";
        let malformed = secrets.iter().any(|secret| !has_body(secret, "whsec_"));
        let words = if secrets.is_empty() {
            Some(format!("are missing: {where_from}"))
        } else if secrets.iter().any(|secret| secret.starts_with(EXAMPLE)) {
            Some(format!("are still the example's: {where_from}"))
        } else if malformed {
            Some(format!("one of them is no signing secret: {where_from}"))
        } else {
            None
        };
        words.into_iter().map(|words| Fault::new("payments.webhook_secrets", words)).collect()
    }

    fn range_faults(&self) -> Vec<Fault> {
        let limits = &self.limits;
        let ranges: [(&str, u64, u64, u64); 21] = [
            ("http.workers", self.http.workers as u64, 0, 1_024),
            ("http.drain_seconds", self.http.drain_seconds, 0, 300),
            ("http.stop_timeout_seconds", self.http.stop_timeout_seconds, 1, 300),
            ("http.request_timeout_seconds", self.http.request_timeout_seconds, 25, 300),
            ("database.acquire_timeout_milliseconds", self.database.acquire_timeout_milliseconds, 100, 20_000),
            ("membership.grace_days", self.membership.grace_days.into(), 0, 90),
            ("membership.renewal_slack_hours", self.membership.renewal_slack_hours.into(), 1, 336),
            ("membership.gift_redeem_months", self.membership.gift_redeem_months.into(), 1, 120),
            // Browsers keep no cookie for longer than 400 days.
            ("sessions.ttl_days", self.sessions.ttl_days.into(), 1, 400),
            ("tokens.ttl_seconds", self.tokens.ttl_seconds.into(), 30, 600),
            ("limits.sign_in_mails_per_address_hour", limits.sign_in_mails_per_address_hour.into(), 1, MANY),
            ("limits.sign_in_requests_per_client_hour", limits.sign_in_requests_per_client_hour.into(), 1, MANY),
            ("limits.sign_in_mails_total_hour", limits.sign_in_mails_total_hour.into(), 1, MANY),
            ("limits.wrong_codes_total_hour", limits.wrong_codes_total_hour.into(), 1, MANY),
            ("limits.checkouts_per_client_hour", limits.checkouts_per_client_hour.into(), 1, MANY),
            ("limits.checkouts_per_address_hour", limits.checkouts_per_address_hour.into(), 1, MANY),
            ("limits.checkouts_total_hour", limits.checkouts_total_hour.into(), 1, MANY),
            ("limits.gift_codes_per_client_hour", limits.gift_codes_per_client_hour.into(), 1, MANY),
            ("limits.cancellations_per_client_hour", limits.cancellations_per_client_hour.into(), 1, MANY),
            ("limits.cancellation_mails_per_address_hour", limits.cancellation_mails_per_address_hour.into(), 1, MANY),
            ("limits.cancellations_total_hour", limits.cancellations_total_hour.into(), 1, MANY),
        ];
        let outside = ranges.into_iter().filter(|(_, value, least, most)| value < least || value > most);
        let fault = |(key, value, least, most): (&str, u64, u64, u64)| {
            Fault::new(key, format!("is {value}: from {least} to {most} would be right"))
        };
        outside.map(fault).collect()
    }

    fn metrics_faults(&self) -> Vec<Fault> {
        let is_weak = self.metrics.token().is_some_and(|token| token.len() < TOKEN_MIN_CHARS);
        let words = "is short enough to guess: the output of `openssl rand -hex 24` would be right, or nothing";
        if is_weak { vec![Fault::new("metrics.token", words)] } else { Vec::new() }
    }

    fn log_faults(&self) -> Vec<Fault> {
        let is_wrong = tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_err();
        let words = "cannot be read: such as \"info\" or \"masthead=debug,warn\" would be right";
        if is_wrong { vec![Fault::new("log.filter", words)] } else { Vec::new() }
    }
}

/// As many as anybody may want.
const MANY: u64 = u32::MAX as u64;

fn kinds(bytes: &[u8]) -> usize {
    bytes.iter().collect::<std::collections::BTreeSet<_>>().len()
}

fn base_url_faults(url: &Url) -> Vec<Fault> {
    let right = "the address under which readers reach this service, such as https://members.your-paper.org/";
    let words = if url.as_str() == DEFAULT_BASE_URL {
        format!("is missing: {right} (to try it on this machine alone, http://127.0.0.1:8080/)")
    } else if url.host_str() == Some(EXAMPLE_HOST) {
        format!("is still the example's: {right}")
    } else if url.query().is_some() || url.fragment().is_some() {
        format!("must end with its path, without ? or #: {right}")
    } else if !url.username().is_empty() || url.password().is_some() {
        format!("must hold no name and no password: {right}")
    } else if url.scheme() == "https" && url.has_host() || url.scheme() == "http" && is_loopback(url) {
        return Vec::new();
    } else {
        format!("must begin with https://: {right}")
    };
    vec![Fault::new("http.base_url", words)]
}

/// Whether an address is on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn sqlite_fault(rest: &str) -> Option<String> {
    let path = rest.trim_start_matches("//").split('?').next().unwrap_or_default();
    if path.is_empty() || path == ":memory:" || rest.contains("mode=memory") {
        return Some("names no file: sqlite:/var/lib/masthead/masthead.db would be right".to_owned());
    }
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty())?;
    (!folder.is_dir()).then(|| format!("there is no folder {}: make it, writable for this service", folder.display()))
}

fn postgres_fault(url: &str) -> Option<String> {
    let right = "postgres://user:password@host/database would be right";
    let Ok(url) = Url::parse(url) else { return Some(format!("is no address: {right}")) };
    let has_socket = url.query_pairs().any(|(key, value)| key == "host" && !value.is_empty());
    if url.host_str().is_none_or(str::is_empty) && !has_socket {
        return Some(format!("names no host: {right}"));
    }
    if url.password() == Some(EXAMPLE) {
        return Some("still has the example's password".to_owned());
    }
    (url.path().trim_start_matches('/').is_empty()).then(|| format!("names no database: {right}"))
}

fn key_fault(key: &str, live: bool) -> Option<String> {
    let where_from = "copy a secret or restricted key from Stripe's dashboard";
    let is_test = ["sk_test_", "rk_test_"].iter().any(|prefix| has_body(key, prefix));
    let is_live = ["sk_live_", "rk_live_"].iter().any(|prefix| has_body(key, prefix));
    if key.is_empty() {
        Some(format!("is missing: {where_from}, sk_live_… or rk_live_…"))
    } else if key.starts_with(EXAMPLE) {
        Some(format!("is still the example's: {where_from}, sk_live_… or rk_live_…"))
    } else if key.starts_with("pk_") {
        Some(format!("is a publishable key, which cannot do it: {where_from}"))
    } else if !is_test && !is_live {
        Some(format!("is no key of Stripe's: {where_from}, sk_live_… or rk_live_…"))
    } else if is_test && live {
        Some("is a test key, with which no money moves: use a live one, or set payments.live = false".to_owned())
    } else if is_live && !live {
        Some("is a live key, and payments.live is false: use a test key, or set payments.live = true".to_owned())
    } else {
        None
    }
}

/// Whether a key has a prefix and enough letters and digits after it.
fn has_body(key: &str, prefix: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-+/=".contains(letter);
    key.strip_prefix(prefix).is_some_and(|body| body.len() >= KEY_MIN_CHARS && body.chars().all(is_plain))
}
