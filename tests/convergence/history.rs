//! Histories: what one reader does, and what banks and staff do to them, over half a year. Written from a seed, before anything
//! is played.

use crate::support::SeededEntropy;

/// One thing that happens. What makes no sense when its turn comes is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Nothing,
    /// Ends with the period.
    CancelAtEnd,
    Resume,
    CancelNow,
    /// To another price of the newsroom, by its place in the list.
    Switch {
        price: usize,
        proration: &'static str,
    },
    Pause {
        behavior: &'static str,
    },
    Unpause,
    /// Staff take this much of a hundred off what is billed from now on, or three months long.
    Discount {
        percent: &'static str,
        is_lasting: bool,
    },
    /// The newest payment goes back: this much of a hundred.
    Refund {
        percent: i64,
    },
    RefundFails,
    Dispute,
    CloseDispute {
        status: &'static str,
    },
    /// Another card, by Stripe's name for it.
    Card {
        token: &'static str,
    },
    /// With a card that pays.
    PayOpenInvoice,
    VoidOpenInvoice,
    /// Pays anew, when no membership is left.
    Rejoin,
    /// Two tabs: pays a second membership beside the first.
    JoinTwice,
    DeleteCustomer,
    /// Pays once beside whatever else there is: a contribution, or some months of a plan.
    Give {
        opens: bool,
    },
    /// Pays for somebody else's membership, and is handed its code.
    BuyGift,
    /// The newest code is redeemed: by the next reader of the round, or by somebody who has nothing.
    RedeemGift {
        by_reader: bool,
    },
}

/// What one reader lives through.
#[derive(Clone, Debug)]
pub struct History {
    /// What they join by, by its place in the list of prices.
    pub price: usize,
    /// The card, or the account, that they type.
    pub card: &'static str,
    /// One act a step.
    pub acts: Vec<Act>,
}

/// What a round of readers lives through together.
#[derive(Clone, Debug)]
pub struct Round {
    pub seed: u64,
    pub histories: Vec<History>,
    /// How far the clock goes after each step, in seconds.
    pub pauses: Vec<i64>,
    /// What happens to webhooks: probabilities in percent.
    pub drop: u64,
    pub duplicate: u64,
    pub reorder: u64,
    /// How many of a hundred requests to Stripe's API are lost, cut off after they were carried out, refused, or slow.
    pub trouble: u64,
    /// Whether everything settles before the clock goes on.
    pub settles: bool,
    /// From which step on nothing is heard of the gateway, until the last one is over.
    pub deaf_from: Option<usize>,
}

/// Cards that pay, one whose renewals fail, one that is disputed at once; bank debits that arrive after three days, or fail, or are
/// disputed then.
const CARDS: [&str; 10] = [
    "4242424242424242",
    "4242424242424242",
    "4242424242424242",
    "5555555555554444",
    "4000000000000341",
    "4000000000000341",
    "4000000000000259",
    "DE89370400440532013000",
    "DE62370400440532013001",
    "DE35370400440532013002",
];
const TOKENS: [&str; 3] = ["pm_card_visa", "pm_card_mastercard", "pm_card_chargeCustomerFail"];
const PRORATIONS: [&str; 3] = ["create_prorations", "always_invoice", "none"];
const PAUSES: [&str; 3] = ["keep_as_draft", "mark_uncollectible", "void"];
const DAY: u64 = 86_400;

impl Round {
    /// The round of a seed.
    pub fn written(seed: u64, readers: usize, steps: usize) -> Self {
        let chance = SeededEntropy::new(seed.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ 0xC0);
        let histories = (0..readers).map(|_| history(&chance, steps)).collect();
        let pause = |_| i64::try_from(chance.below(24 * DAY) + 3 * DAY).unwrap();
        Self {
            seed,
            histories,
            pauses: (0..steps).map(pause).collect(),
            drop: one(&chance, &[0, 30, 30, 100]),
            duplicate: one(&chance, &[0, 30, 60]),
            reorder: one(&chance, &[0, 50, 100]),
            trouble: one(&chance, &[0, 0, 4]),
            settles: chance.below(2) == 0,
            deaf_from: None,
        }
    }
}

/// How many steps go by as in every round, before an outage.
const BEFORE: usize = 6;
/// How many acts fall into an outage of three days.
const WITHIN: usize = 6;

impl Round {
    /// Half a year as in every round; then three days of which the service hears nothing, while people go on joining, paying, failing,
    /// cancelling and being refunded.
    pub fn with_outage(seed: u64, readers: usize) -> Self {
        let round = Self::written(seed, readers, BEFORE + WITHIN);
        let pause = |(step, pause): (usize, &i64)| if step < BEFORE { *pause } else { 43_200 };
        let pauses = round.pauses.iter().enumerate().map(pause).collect();
        Self { pauses, drop: 0, trouble: 0, deaf_from: Some(BEFORE), ..round }
    }
}

fn one<T: Copy>(chance: &SeededEntropy, of: &[T]) -> T {
    of[usize::try_from(chance.below(of.len() as u64)).unwrap()]
}

fn history(chance: &SeededEntropy, steps: usize) -> History {
    let mut acts = Vec::new();
    while acts.len() < steps {
        acts.extend(episode(chance));
    }
    acts.truncate(steps);
    History { price: usize::try_from(chance.below(4)).unwrap(), card: one(chance, &CARDS), acts }
}

/// A few acts that make sense one after another, most of the time.
fn episode(chance: &SeededEntropy) -> Vec<Act> {
    let switch =
        || Act::Switch { price: usize::try_from(chance.below(4)).unwrap(), proration: one(chance, &PRORATIONS) };
    let refund = || Act::Refund { percent: one(chance, &[100, 100, 50, 1]) };
    let redeem = || Act::RedeemGift { by_reader: chance.below(2) == 0 };
    let fails = Act::Card { token: "pm_card_chargeCustomerFail" };
    match chance.below(100) {
        0..2 => vec![Act::Nothing],
        2..6 => vec![Act::Discount { percent: one(chance, &["20", "50", "100"]), is_lasting: chance.below(2) == 0 }],
        6..9 => vec![Act::BuyGift, redeem(), refund()],
        9..10 => vec![Act::BuyGift, refund(), redeem()],
        10..12 => {
            let status = one(chance, &["won", "lost"]);
            vec![Act::BuyGift, redeem(), Act::Give { opens: true }, Act::Dispute, Act::CloseDispute { status }]
        }
        12..14 => vec![Act::Give { opens: false }],
        14..16 => vec![Act::Give { opens: true }, Act::Give { opens: true }, refund()],
        16..24 => vec![Act::CancelAtEnd],
        24..32 => vec![Act::CancelAtEnd, Act::Resume],
        32..36 => vec![Act::CancelNow, Act::Nothing, Act::Rejoin],
        36..46 => vec![switch()],
        46..50 => vec![switch(), switch()],
        50..58 => vec![Act::Pause { behavior: one(chance, &PAUSES) }, Act::Nothing, Act::Unpause],
        58..64 => vec![refund(), Act::Rejoin],
        64..68 => vec![refund(), Act::RefundFails],
        68..78 => vec![Act::Dispute, Act::CloseDispute { status: one(chance, &["won", "lost"]) }],
        78..84 => vec![fails, Act::Nothing, Act::Nothing, Act::PayOpenInvoice],
        84..88 => vec![fails, Act::Nothing, Act::Nothing, Act::VoidOpenInvoice],
        88..90 => vec![Act::Card { token: one(chance, &TOKENS) }],
        90..92 => vec![Act::Rejoin],
        92..93 => vec![Act::Give { opens: true }, refund()],
        93..94 => {
            vec![Act::Give { opens: true }, Act::Dispute, Act::CloseDispute { status: one(chance, &["won", "lost"]) }]
        }
        94..97 => vec![Act::JoinTwice],
        97..99 => vec![Act::DeleteCustomer, Act::Rejoin],
        _ => vec![Act::CancelNow],
    }
}

#[test]
fn a_seed_writes_the_same_round_every_time() {
    let written = |seed| format!("{:?}", Round::written(seed, 5, 10));
    assert_eq!(written(7), written(7));
    assert_ne!(written(7), written(8));
}
