//! Gifts: redeemed as readers do it, and what must be stored of them, by the sandbox's charges alone.

use jiff::Timestamp;
use masthead::{domain::id::CheckoutId, store, token::MasterSecret};
use serde_json::{Value, json};

use crate::{
    arena::Arena,
    objects::{Objects, text},
    once,
    oracle::Right,
};

/// What a price opens when it is given.
#[derive(Clone)]
pub struct Given {
    plan: String,
    months: i32,
}

/// A gift that somebody paid for.
pub struct Gift {
    /// Our reference of its checkout.
    pub reference: String,
    pub given: Given,
    /// What its reader was told.
    pub opened: Option<Opened>,
}

/// What redeeming it opened, in unix seconds.
pub struct Opened {
    /// Who redeemed it.
    pub by: String,
    at: i64,
    from: i64,
    until: i64,
}

impl Given {
    /// Of a price as `GET /v1/plans` has it, with its plan's title.
    pub fn of(price: &Value) -> Self {
        Self { plan: text(&price["title"]), months: if price["interval"] == "year" { 12 } else { 1 } }
    }
}

impl Gift {
    /// Somebody signs in and types the code. Says whether the gift was theirs then. A process of its own mails its codes where this
    /// test does not look.
    pub async fn redeem(&mut self, arena: &Arena, by: &str) -> bool {
        let Some(app) = arena.app() else { return false };
        let Some(gift) = self.find(arena).await else { return false };
        let code = MasterSecret::new(&[7; 32]).unwrap().gift_code(&gift.id).to_string();
        let browser = app.browser();
        browser.sign_in(app, by).await;
        let before = arena.now();
        let answer = browser.post("/v1/gifts/redeem", &json!({ "code": code })).await;
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap());
        // Not paid yet, paid back, or lost on a reader whose membership goes on.
        let refusals = ["gift_unknown", "gift_taken_back", "gift_covered"];
        assert!(status == 200 || refusals.contains(&body["errors"][0]["code"].as_str().unwrap()), "{status} {body}");
        if status == 200 {
            let second = |name: &str| text(&body[name]).parse::<Timestamp>().unwrap().as_second();
            let (from, until) = (second("starts_at"), second("ends_at"));
            assert!(from >= before && until == once::months_after(from, self.given.months), "{before} {body}");
            assert_eq!(body["plan"], self.given.plan.as_str());
            let at = self.find(arena).await.unwrap().redeemed.unwrap().at.seconds();
            self.opened = Some(Opened { by: by.to_owned(), at, from, until });
        }
        status == 200
    }

    async fn find(&self, arena: &Arena) -> Option<masthead::domain::gift::Gift> {
        let id = CheckoutId::parse(&self.reference).unwrap();
        let mut conn = arena.store().read().await.unwrap();
        store::gift::find_by_checkout(&mut conn, &id).await.unwrap()
    }

    /// The right that it must be; none when its money is not here, or nobody has redeemed it.
    pub fn right(&self, objects: &Objects) -> Option<Right> {
        let opened = self.opened.as_ref()?;
        let is_here = once::is_settled(objects, &self.reference) == Some(true);
        let product = self.given.plan.clone();
        is_here.then_some(Right { from: opened.from, until: opened.until, settled: true, product })
    }

    /// Until when it takes the time of a reader's payments made once from `second` on.
    pub fn takes_until(&self, objects: &Objects, reader: &str, second: i64) -> Option<i64> {
        let opened = self.opened.as_ref().filter(|opened| opened.by == reader && opened.at <= second)?;
        let right = self.right(objects)?;
        (right.product == once::PLAN).then_some(opened.until)
    }
}
