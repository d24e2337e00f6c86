//! Who takes the payments of the demonstration: the sandbox, started with it, or Stripe's test mode.

use std::{net::TcpListener, path::Path};

use clap::Args;
use url::{Host, Url};

use crate::{
    app::wall_clock,
    config::Config,
    domain::{
        entropy::{self, Entropy},
        time::Moment,
    },
    flow::Clock,
};

/// The key that the sandbox takes; worth nothing anywhere else.
const SANDBOX_KEY: &str = "sk_test_masthead_demo";
/// The promotion code that is there from the first start.
const PROMOTION_CODE: &str = "HARBOUR";
/// What it takes off the first payment, in percent.
const PROMOTION_PERCENT: u8 = 50;
/// How keys begin with which no money moves.
const TEST_PREFIX: &str = "sk_test_";
/// The environment variable of a test key: an option can be read by everybody on the machine.
const KEY_VARIABLE: &str = "MASTHEAD_STRIPE_TEST_KEY";
/// Where payments can be looked at.
const DASHBOARD: &str = "https://dashboard.stripe.com/test/payments";

/// Whether Stripe's test mode takes the payments.
#[derive(Debug, Args, Default)]
pub(crate) struct StripeTestArgs {
    /// Take payments through Stripe's test mode, not through the sandbox. The key begins with sk_test_; without KEY it is read
    /// from the environment, MASTHEAD_STRIPE_TEST_KEY, where others on this machine do not see it.
    #[arg(long, value_name = "KEY", num_args = 0..=1, default_missing_value = "")]
    stripe_test: Option<String>,
    /// Where Stripe's API is stood in for, on this machine alone: for tests of this program.
    #[arg(long, value_name = "URL", hide = true, requires = "stripe_test")]
    stripe_test_url: Option<Url>,
}

/// Stripe's test mode, and the key to it.
pub(crate) struct StripeTest {
    key: String,
    api_url: Option<Url>,
}

impl StripeTestArgs {
    /// What was asked for, if it was.
    ///
    /// # Errors
    /// A sentence that says which key would be right; it never repeats the one that was given.
    pub fn read(&self) -> Result<Option<StripeTest>, String> {
        let Some(given) = self.stripe_test.clone() else { return Ok(None) };
        let key = if given.is_empty() { std::env::var(KEY_VARIABLE).unwrap_or_default() } else { given };
        let key = check_key(key.trim())?;
        let api_url = self.stripe_test_url.clone().map(check_address).transpose()?;
        Ok(Some(StripeTest { key, api_url }))
    }
}

fn check_key(key: &str) -> Result<String, String> {
    let right = "--stripe-test takes a key that begins with sk_test_, and no other";
    if key.is_empty() {
        return Err(format!("{right}: give it as --stripe-test KEY, or in {KEY_VARIABLE}"));
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    match key.strip_prefix(TEST_PREFIX) {
        Some(rest) if rest.len() >= 8 && rest.chars().all(is_plain) => Ok(key.to_owned()),
        Some(_) => Err(format!("{right}: this one is not whole")),
        None if key.contains("_live_") => Err(format!("{right}: with this one real money would move")),
        None if key.starts_with("rk_") => Err(format!("{right}: this one is restricted")),
        None if key.starts_with("pk_") => Err(format!("{right}: this one is publishable")),
        None => Err(format!("{right}: this is another word")),
    }
}

/// Only this machine is stood in on: a key never goes anywhere but to Stripe.
fn check_address(url: Url) -> Result<Url, String> {
    let is_here = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_loopback());
    if url.scheme() == "http" && is_here && url.path() == "/" {
        Ok(url)
    } else {
        Err("--stripe-test-url is for tests: http://127.0.0.1:PORT/ alone would be right".to_owned())
    }
}

/// Who takes the payments.
pub(crate) struct Payments {
    /// The sandbox that runs with the demonstration; none in Stripe's test mode.
    pub sandbox: Option<stripe_sandbox::Sandbox>,
    /// The clocks: the sandbox's own for business, or the wall's.
    pub clock: Clock,
    /// Where payments can be looked at.
    pub page_url: String,
}

impl Payments {
    /// Starts the sandbox on a listener, and points the settings at it.
    ///
    /// # Errors
    /// The sandbox's, when it cannot start.
    pub async fn in_sandbox(
        config: &mut Config,
        listener: TcpListener,
        url: String,
        webhook_url: String,
        data_dir: &Path,
        entropy: &dyn Entropy,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        // The endpoint's secret lives as long as the process: the sandbox is told it at each start.
        let signing: [u8; 16] = entropy::bytes(entropy);
        let signing: String = signing.iter().map(|byte| format!("{byte:02x}")).collect();
        let webhook_secret = format!("whsec_{signing}");
        let sandbox = stripe_sandbox::start(stripe_sandbox::SandboxConfig {
            listener,
            public_url: url.clone(),
            api_key: SANDBOX_KEY.to_owned(),
            webhook: Some(stripe_sandbox::WebhookTarget { url: webhook_url, secret: webhook_secret.clone() }),
            state_file: Some(data_dir.join("stripe-sandbox.json")),
            seed: u64::try_from(wall_clock().millis()).unwrap_or(0),
        })
        .await?;
        sandbox.offer(PROMOTION_CODE, PROMOTION_PERCENT)?;
        config.payments.promotion_codes = true;
        config.payments.secret_key = SANDBOX_KEY.to_owned();
        config.payments.api_url = format!("{url}/");
        config.payments.webhook_secrets = vec![webhook_secret];
        let own_clock = sandbox.clock();
        let clock = Clock::new(move || Moment::from_millis(own_clock.now_unix_millis()), wall_clock);
        Ok(Self { sandbox: Some(sandbox), clock, page_url: url })
    }

    /// Points the settings at Stripe's test mode.
    pub fn in_test_mode(config: &mut Config, stripe: StripeTest) -> Self {
        config.payments.secret_key = stripe.key;
        config.payments.api_url = stripe.api_url.as_ref().map(Url::to_string).unwrap_or_default();
        // Stripe cannot reach this machine: its events are fetched, and nothing is believed that comes by itself.
        config.payments.webhook_secrets = Vec::new();
        let page_url = stripe.api_url.map_or_else(|| DASHBOARD.to_owned(), |url| url.to_string());
        Self { sandbox: None, clock: Clock::new(wall_clock, wall_clock), page_url }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_test_keys_are_taken_and_none_is_repeated() {
        assert_eq!(check_key("sk_test_51Abcdefgh").as_deref(), Ok("sk_test_51Abcdefgh"));
        let wrong = [
            "",
            "sk_live_51Abcdefgh",
            "rk_live_51Abcdefgh",
            "rk_test_51Abcdefgh",
            "pk_test_51Abcdefgh",
            "sk_test_",
            "sk_test_short",
            "sk_test_51Abcdefgh\nx",
            " sk_test_51Abcdefgh",
            "whsec_51Abcdefgh",
        ];
        for key in wrong {
            let words = check_key(key).unwrap_err();
            assert!(words.contains("sk_test_"), "{key:?}: {words}");
            assert!(!words.contains("51Abc"), "{key:?}: {words}");
        }
    }

    #[test]
    fn a_key_goes_to_stripe_or_stays_on_this_machine() {
        for right in ["http://127.0.0.1:8082/", "http://127.0.0.1:8082"] {
            assert!(check_address(right.parse().unwrap()).is_ok(), "{right}");
        }
        for wrong in [
            "http://example.com/",
            "https://127.0.0.1:1/",
            "http://10.0.0.1/",
            "http://127.0.0.1/x",
            "http://localhost/",
        ] {
            assert!(check_address(wrong.parse().unwrap()).is_err(), "{wrong}");
        }
    }
}
