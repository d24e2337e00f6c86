//! From the stored object to what Stripe shows: inner lists filled, private parts left out, expansion.

use serde_json::{Value, json};

use super::{
    error::ApiError,
    json::{Peek, envelope},
    world::{PRIVATE, World},
};

/// Fields that hold an id and may be expanded, by name.
const REFERENCES: &[&str] = &[
    "balance_transaction",
    "charge",
    "configuration",
    "coupon",
    "credit_note",
    "customer",
    "customer_balance_transaction",
    "default_payment_method",
    "default_price",
    "discount",
    "discounts",
    "failure_balance_transaction",
    "invoice",
    "latest_charge",
    "latest_invoice",
    "payment_intent",
    "payment_method",
    "price",
    "product",
    "promotion_code",
    "refund",
    "setup_intent",
    "source",
    "subscription",
];

/// Where the same name is a plain id and cannot be expanded.
const PLAIN_IDS: &[(&str, &str)] = &[
    ("charge", "payment_method"),
    ("subscription_item", "subscription"),
    ("line_item", "invoice"),
    ("billing_portal.session", "customer"),
];

/// What an object has only once it has come about: to expand it before is no fault.
const NOT_ALWAYS_THERE: &[(&str, &str)] = &[("refund", "failure_balance_transaction")];

impl World {
    /// The object as Stripe shows it.
    pub fn render(&self, id: &str) -> Value {
        self.find(id).map_or(Value::Null, |stored| self.show(stored))
    }

    /// A stored object as Stripe shows it.
    pub fn show(&self, stored: &Value) -> Value {
        let mut shown = stored.clone();
        if let Some(fields) = shown.as_object_mut() {
            fields.shift_remove(PRIVATE);
            if let Some(livemode) = fields.get_mut("livemode") {
                *livemode = json!(self.livemode);
            }
        }
        match stored.str("object") {
            "event" => shown["data"] = serde_json::from_str(stored[PRIVATE].str("data")).unwrap_or_default(),
            "subscription" => self.fill_items(&mut shown),
            "subscription_item" => self.fill_price(&mut shown),
            "coupon" => shown["valid"] = json!(crate::object::coupon::is_valid(self, stored)),
            "promotion_code" => {
                shown["active"] = json!(crate::object::promotion_code::is_active(self, stored));
            }
            "dispute" => self.fill_transactions(&mut shown),
            "balance_transaction" if self.now() >= stored.int("available_on") => shown["status"] = json!("available"),
            _ => {}
        }
        shown
    }

    fn fill_items(&self, subscription: &mut Value) {
        let url = format!("/v1/subscription_items?subscription={}", subscription.str("id"));
        let data: Vec<Value> =
            subscription["items"].items("data").iter().filter_map(Value::as_str).map(|id| self.render(id)).collect();
        subscription["items"] = envelope(data, false, &url);
    }

    fn fill_transactions(&self, dispute: &mut Value) {
        let ids = dispute.items("balance_transactions").iter().filter_map(Value::as_str);
        let all: Vec<Value> = ids.map(|id| self.render(id)).collect();
        dispute["balance_transactions"] = json!(all);
    }

    fn fill_price(&self, item: &mut Value) {
        let price = self.render(item.str("price"));
        item["plan"] = crate::object::price::as_plan(&price);
        item["price"] = price;
    }

    /// Expands every path (`latest_invoice.payments`, `data.customer`) in an answer.
    pub fn expand(&self, answer: &mut Value, paths: &[Value]) -> Result<(), ApiError> {
        for path in paths.iter().filter_map(Value::as_str) {
            let steps: Vec<&str> = path.split('.').collect();
            if steps.len() > 5 {
                return Err(ApiError::invalid("You cannot expand more than 4 levels of a property.").at("expand"));
            }
            self.expand_at(answer, &steps, path)?;
        }
        Ok(())
    }

    fn expand_at(&self, target: &mut Value, steps: &[&str], path: &str) -> Result<(), ApiError> {
        let Some((&step, rest)) = steps.split_first() else {
            return Ok(());
        };
        if target.is_null() {
            return Ok(());
        }
        if let Some(elements) = target.as_array_mut() {
            return elements.iter_mut().try_for_each(|element| self.expand_at(element, steps, path));
        }
        self.include(target, step);
        let owner = target.str("object").to_owned();
        let Some(field) = target.as_object_mut().and_then(|fields| fields.get_mut(step)) else {
            let may_be_absent = NOT_ALWAYS_THERE.contains(&(owner.as_str(), step));
            return if may_be_absent { Ok(()) } else { Err(not_expandable(step, path)) };
        };
        if let Some(id) = field.as_str().map(str::to_owned) {
            if !REFERENCES.contains(&step) || PLAIN_IDS.contains(&(owner.as_str(), step)) {
                return Err(not_expandable(step, path));
            }
            *field = self.render(&id);
        } else if let Some(ids) = field.as_array_mut().filter(|_| step == "discounts") {
            ids.iter_mut()
                .filter(|one| one.is_string())
                .for_each(|one| *one = self.render(one.as_str().unwrap_or_default()));
        } else if rest.is_empty() && !field.is_null() && !field.is_object() {
            return Err(not_expandable(step, path));
        }
        self.expand_at(field, rest, path)
    }

    /// Lists that Stripe shows only when they are asked for.
    fn include(&self, target: &mut Value, step: &str) {
        let id = target.str("id").to_owned();
        let (object, key, url) = match (target.str("object"), step) {
            ("invoice", "payments") => ("invoice_payment", "invoice", format!("/v1/invoice_payments?invoice={id}")),
            ("charge", "refunds") => ("refund", "charge", format!("/v1/charges/{id}/refunds")),
            ("customer", "tax_ids") => ("tax_id", "customer", format!("/v1/customers/{id}/tax_ids")),
            ("customer", "subscriptions") => ("subscription", "customer", format!("/v1/customers/{id}/subscriptions")),
            ("checkout.session", "line_items") => {
                let data = self.get(&id)[PRIVATE].items("line_items").iter().map(|line| self.line_item(line)).collect();
                target["line_items"] = envelope(data, false, &format!("/v1/checkout/sessions/{id}/line_items"));
                return;
            }
            _ => return,
        };
        if target.at(step).is_object() {
            return;
        }
        let ended = |value: &Value| object == "subscription" && value.str("status") == "canceled";
        let data = self
            .newest(object)
            .filter(|value| value.str(key) == id && !ended(value))
            .map(|value| self.show(value))
            .collect();
        target[step] = envelope(data, false, &url);
    }

    /// A checkout line with its price filled in.
    pub fn line_item(&self, line: &Value) -> Value {
        let mut line = line.clone();
        line["price"] = self.render(line.str("price"));
        line
    }
}

fn not_expandable(step: &str, path: &str) -> ApiError {
    ApiError::invalid(format!(
        "This property cannot be expanded ({step}). You may want to try expanding another property than '{path}'."
    ))
    .at("expand")
}
