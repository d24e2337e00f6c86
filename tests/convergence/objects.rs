//! Everything that the sandbox has, read through its API as anybody may.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// All objects of each kind.
pub struct Objects {
    pub subscriptions: Vec<Value>,
    pub invoices: Vec<Value>,
    pub charges: Vec<Value>,
    pub disputes: Vec<Value>,
    pub refunds: Vec<Value>,
    pub intents: BTreeMap<String, Value>,
    pub transactions: Vec<Value>,
    /// What subscriptions that are billed again bill next, in minor units, by id. Left out where something waits for it that no
    /// bill shows: it is told of from the next bill on.
    pub next_payments: BTreeMap<String, i64>,
    /// Names of products by the id of each price.
    pub product_names: BTreeMap<String, String>,
}

/// Reads the sandbox.
pub struct Reader<'a> {
    pub http: &'a reqwest::Client,
    pub url: &'a str,
    pub key: &'a str,
}

impl Reader<'_> {
    pub async fn read(&self) -> Objects {
        let intents = self.all("payment_intents", "").await;
        let mut product_names = BTreeMap::new();
        for price in self.all("prices", "expand[]=data.product").await {
            product_names.insert(text(&price["id"]), text(&price["product"]["name"]));
        }
        let subscriptions = self.all("subscriptions", "status=all").await;
        let next_payments = self.next_payments(&subscriptions).await;
        Objects {
            subscriptions,
            next_payments,
            invoices: self.all("invoices", "expand[]=data.payments").await,
            charges: self.all("charges", "").await,
            disputes: self.all("disputes", "").await,
            refunds: self.all("refunds", "").await,
            intents: intents.into_iter().map(|intent| (text(&intent["id"]), intent)).collect(),
            transactions: self.all("balance_transactions", "").await,
            product_names,
        }
    }

    async fn next_payments(&self, subscriptions: &[Value]) -> BTreeMap<String, i64> {
        let waiting = self.all("invoiceitems", "pending=true").await;
        let waits: BTreeSet<String> =
            waiting.iter().map(|item| text(&item["parent"]["subscription_details"]["subscription"])).collect();
        let is_billed = |one: &&Value| one["status"] == "active" && one["pause_collection"].is_null();
        let mut found = BTreeMap::new();
        for id in subscriptions.iter().filter(is_billed).map(|one| text(&one["id"])).filter(|id| !waits.contains(id)) {
            let address = format!("{}/v1/invoices/create_preview", self.url);
            let request = self.http.post(address).bearer_auth(self.key).form(&[("subscription", &id)]);
            let answer = request.send().await.unwrap();
            if answer.status() == 200 {
                let preview: Value = answer.json().await.unwrap();
                found.insert(id, preview["amount_due"].as_i64().unwrap());
            }
        }
        found
    }

    /// Every object of a list, the newest first.
    pub async fn all(&self, list: &str, query: &str) -> Vec<Value> {
        let mut found: Vec<Value> = Vec::new();
        loop {
            let after = found.last().map_or_else(String::new, |last| format!("&starting_after={}", text(&last["id"])));
            let page = self.get(&format!("/v1/{list}?limit=100&{query}{after}")).await;
            found.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] != true {
                return found;
            }
        }
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).bearer_auth(self.key).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.json().await.unwrap()
    }
}

/// A text, or nothing.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
