//! Two clocks that a test moves.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use masthead::{app::wall_clock, domain::time::Moment, flow::Clock};

/// The service's clocks: business time is the sandbox's, the wall is the machine's; both only go forward.
#[derive(Clone)]
pub struct TestClock {
    wall_ahead_millis: Arc<AtomicI64>,
    sandbox: stripe_sandbox::SandboxClock,
    sandbox_url: String,
}

impl TestClock {
    pub fn new(sandbox: &stripe_sandbox::Sandbox) -> Self {
        Self { wall_ahead_millis: Arc::default(), sandbox: sandbox.clock(), sandbox_url: sandbox.url().to_owned() }
    }

    /// What the service is given.
    pub fn for_flows(&self) -> Clock {
        let (business, wall) = (self.clone(), self.clone());
        Clock::new(move || business.business(), move || wall.wall())
    }

    /// Now by the sandbox.
    pub fn business(&self) -> Moment {
        Moment::from_millis(self.sandbox.now_unix_millis())
    }

    /// Now by the wall.
    pub fn wall(&self) -> Moment {
        wall_clock().plus_millis(self.wall_ahead_millis.load(Ordering::SeqCst))
    }

    /// Moves the wall's clock. Beyond five minutes the sandbox's events count as stale: it signs by the machine's time.
    pub fn advance_wall_seconds(&self, seconds: i64) {
        self.wall_ahead_millis.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    /// Moves business time: the sandbox renews, retries and ends what falls due on the way.
    pub async fn advance_business_seconds(&self, seconds: i64) {
        let address = format!("{}/_sandbox/clock/advance", self.sandbox_url);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(address).json(&serde_json::json!({ "seconds": seconds })).send().await.unwrap();
        assert!(answer.status().is_success(), "the sandbox's clock: {}", answer.text().await.unwrap());
    }
}
