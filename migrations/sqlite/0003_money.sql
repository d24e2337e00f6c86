-- Money: checkouts, subscriptions, rights, payments, and what the payment gateway sends.

CREATE TABLE checkout (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    -- The member who was signed in, or whom the payment was attached to.
    member_id TEXT REFERENCES member (id),
    -- 1 when the payer was signed in at the start.
    by_member INTEGER NOT NULL,
    -- 1 when the payment made the member.
    made_member INTEGER NOT NULL DEFAULT 0,
    price_id TEXT NOT NULL REFERENCES price (id),
    campaign_id TEXT REFERENCES campaign (id),
    -- 'creating', 'open', 'settling', 'paid', 'duplicate', 'expired'
    state TEXT NOT NULL,
    -- SHA-256 of the session cookie that the browser was given when it started: it becomes a session if the payment makes
    -- the member.
    browser_hash TEXT NOT NULL,
    attribution TEXT NOT NULL,
    return_to TEXT,
    gateway_session_id TEXT UNIQUE,
    url TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX checkout_browser ON checkout (browser_hash);
CREATE INDEX checkout_person ON checkout (person_id);
CREATE INDEX checkout_state ON checkout (state, campaign_id);

-- A payment gateway's customer: who it is here, and the lease under which its state is fetched and applied.
CREATE TABLE gateway_customer (
    id TEXT PRIMARY KEY,
    member_id TEXT REFERENCES member (id),
    fence INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX gateway_customer_member ON gateway_customer (member_id);

CREATE TABLE subscription (
    id TEXT PRIMARY KEY,
    gateway_id TEXT NOT NULL UNIQUE,
    gateway_customer_id TEXT NOT NULL REFERENCES gateway_customer (id),
    member_id TEXT NOT NULL REFERENCES member (id),
    checkout_id TEXT NOT NULL REFERENCES checkout (id),
    price_id TEXT NOT NULL REFERENCES price (id),
    -- The gateway's own word.
    status TEXT NOT NULL,
    gateway_created_at INTEGER NOT NULL,
    current_period_end INTEGER,
    cancel_at INTEGER,
    paid_until INTEGER,
    -- Set when this is a second one that is cancelled and refunded.
    duplicate_at INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subscription_member ON subscription (member_id);

CREATE TABLE entitlement (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member (id),
    plan_id TEXT NOT NULL REFERENCES plan (id),
    source TEXT NOT NULL,
    subscription_id TEXT UNIQUE REFERENCES subscription (id),
    -- [valid_from, valid_until); open-ended when none.
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    -- When the money for it had arrived; none while it settles. Only settled rights count.
    settled_at INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX entitlement_member ON entitlement (member_id);

-- Append-only: one row for each of the gateway's balance transactions.
CREATE TABLE payment_ledger (
    id TEXT PRIMARY KEY,
    balance_transaction_id TEXT NOT NULL UNIQUE,
    -- 'payment', 'refund', 'dispute', 'dispute_reversal', 'other'
    kind TEXT NOT NULL,
    member_id TEXT REFERENCES member (id),
    subscription_id TEXT REFERENCES subscription (id),
    invoice_ref TEXT,
    charge_ref TEXT,
    gross_minor INTEGER NOT NULL,
    tax_minor INTEGER NOT NULL,
    fee_minor INTEGER NOT NULL,
    net_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_ledger_member ON payment_ledger (member_id);

-- The inbox: what the gateway sent, stored before it is answered, applied once.
CREATE TABLE webhook_event (
    id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    object_id TEXT,
    -- Whose state to fetch: a customer's id, or a checkout session's when there is no customer yet.
    routing_key TEXT,
    livemode INTEGER NOT NULL,
    account TEXT,
    body TEXT,
    received_at INTEGER NOT NULL,
    -- 'pending', 'done', 'ignored', 'quarantined'
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    done_at INTEGER,
    last_error TEXT
) STRICT;
CREATE INDEX webhook_event_due ON webhook_event (due_at) WHERE state = 'pending';
CREATE INDEX webhook_event_routing ON webhook_event (routing_key) WHERE state = 'pending';
