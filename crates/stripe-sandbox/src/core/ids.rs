//! Seeded randomness, and ids that look like Stripe's.

use serde::{Deserialize, Serialize};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A small seeded generator (SplitMix64): the same seed gives the same ids and the same chaos. Not for secrets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 random bits.
    pub fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// True with this probability (0 to 1).
    pub fn chance(&mut self, probability: f64) -> bool {
        // 53 bits are what a double holds exactly.
        ((self.roll() >> 11) as f64 / (1u64 << 53) as f64) < probability
    }

    /// A number in `[least, most]`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.roll() % (most.saturating_sub(least) + 1)
    }

    /// Random letters and digits.
    pub fn text(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(BASE62[(self.roll() % 62) as usize])).collect()
    }
}

/// A new id for an object type, in the shape that Stripe gives it.
pub fn new_id(object: &str, dice: &mut Dice) -> String {
    let (prefix, length) = match object {
        "coupon" => ("", 8),
        "promotion_code" => ("promo_1", 23),
        "discount" => ("di_1", 23),
        "tax_rate" => ("txr_1", 23),
        "tax_id" => ("txi_1", 23),
        "credit_note" => ("cn_1", 23),
        "credit_note_line_item" => ("cnli_1", 23),
        "customer" => ("cus_", 14),
        "customer_balance_transaction" => ("cbtxn_1", 23),
        "product" => ("prod_", 14),
        "price" => ("price_1", 23),
        "checkout.session" => ("cs_test_a1", 56),
        "billing_portal.session" => ("bps_1", 23),
        "billing_portal.configuration" => ("bpc_1", 23),
        "subscription" => ("sub_1", 23),
        "subscription_item" => ("si_", 14),
        "invoice" => ("in_1", 23),
        "invoiceitem" => ("ii_1", 23),
        "line_item" => ("il_1", 23),
        "item" => ("li_1", 23),
        "invoice_payment" => ("inpay_1", 23),
        "payment_intent" => ("pi_3", 23),
        "setup_intent" => ("seti_1", 23),
        "charge" => ("ch_3", 23),
        "debit" => ("py_3", 23),
        "mandate" => ("mandate_1", 23),
        "balance_transaction" => ("txn_3", 23),
        "dispute" => ("du_1", 23),
        "refund" => ("re_3", 23),
        "radar.early_fraud_warning" => ("issfr_1", 23),
        "payment_method" => ("pm_1", 23),
        "event" => ("evt_1", 23),
        "test_helpers.test_clock" => ("clock_1", 23),
        "sandbox.next_payment" => ("next_", 14),
        "webhook_endpoint" => ("we_1", 23),
        _ => ("obj_", 24),
    };
    format!("{prefix}{}", dice.text(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(new_id("customer", &mut Dice::new(7)), new_id("customer", &mut Dice::new(7)));
        assert_ne!(new_id("customer", &mut Dice::new(7)), new_id("customer", &mut Dice::new(8)));
    }

    #[test]
    fn chance_follows_its_probability() {
        let mut dice = Dice::new(1);
        let hits = (0..10_000).filter(|_| dice.chance(0.3)).count();
        assert!((2_800..3_200).contains(&hits), "{hits}");
    }
}
