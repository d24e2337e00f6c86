-- Money: checkouts, subscriptions, rights, payments, and what the payment gateway sends.

CREATE TABLE checkout (
    id TEXT COLLATE "C" PRIMARY KEY,
    person_id TEXT COLLATE "C" NOT NULL REFERENCES person (id),
    -- The member who was signed in, or whom the payment was attached to.
    member_id TEXT COLLATE "C" REFERENCES member (id),
    -- 1 when the payer was signed in at the start.
    by_member BIGINT NOT NULL,
    -- 1 when the payment made the member.
    made_member BIGINT NOT NULL DEFAULT 0,
    price_id TEXT COLLATE "C" NOT NULL REFERENCES price (id),
    campaign_id TEXT COLLATE "C" REFERENCES campaign (id),
    -- 'creating', 'open', 'settling', 'paid', 'duplicate', 'expired'
    state TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the session cookie that the browser was given when it started: it becomes a session if the payment makes
    -- the member.
    browser_hash TEXT COLLATE "C" NOT NULL,
    attribution TEXT COLLATE "C" NOT NULL,
    return_to TEXT COLLATE "C",
    gateway_session_id TEXT COLLATE "C" UNIQUE,
    url TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX checkout_browser ON checkout (browser_hash);
CREATE INDEX checkout_person ON checkout (person_id);
CREATE INDEX checkout_state ON checkout (state, campaign_id);

-- A payment gateway's customer: who it is here, and the lease under which its state is fetched and applied.
CREATE TABLE gateway_customer (
    id TEXT COLLATE "C" PRIMARY KEY,
    member_id TEXT COLLATE "C" REFERENCES member (id),
    fence BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX gateway_customer_member ON gateway_customer (member_id);

CREATE TABLE subscription (
    id TEXT COLLATE "C" PRIMARY KEY,
    gateway_id TEXT COLLATE "C" NOT NULL UNIQUE,
    gateway_customer_id TEXT COLLATE "C" NOT NULL REFERENCES gateway_customer (id),
    member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
    checkout_id TEXT COLLATE "C" NOT NULL REFERENCES checkout (id),
    price_id TEXT COLLATE "C" NOT NULL REFERENCES price (id),
    -- The gateway's own word.
    status TEXT COLLATE "C" NOT NULL,
    gateway_created_at BIGINT NOT NULL,
    current_period_end BIGINT,
    cancel_at BIGINT,
    paid_until BIGINT,
    -- Set when this is a second one that is cancelled and refunded.
    duplicate_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX subscription_member ON subscription (member_id);

CREATE TABLE entitlement (
    id TEXT COLLATE "C" PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
    plan_id TEXT COLLATE "C" NOT NULL REFERENCES plan (id),
    source TEXT COLLATE "C" NOT NULL,
    subscription_id TEXT COLLATE "C" UNIQUE REFERENCES subscription (id),
    -- [valid_from, valid_until); open-ended when none.
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    -- When the money for it had arrived; none while it settles. Only settled rights count.
    settled_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX entitlement_member ON entitlement (member_id);

-- Append-only: one row for each of the gateway's balance transactions.
CREATE TABLE payment_ledger (
    id TEXT COLLATE "C" PRIMARY KEY,
    balance_transaction_id TEXT COLLATE "C" NOT NULL UNIQUE,
    -- 'payment', 'refund', 'dispute', 'dispute_reversal', 'other'
    kind TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" REFERENCES member (id),
    subscription_id TEXT COLLATE "C" REFERENCES subscription (id),
    invoice_ref TEXT COLLATE "C",
    charge_ref TEXT COLLATE "C",
    gross_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    occurred_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX payment_ledger_member ON payment_ledger (member_id);

-- The inbox: what the gateway sent, stored before it is answered, applied once.
CREATE TABLE webhook_event (
    id TEXT COLLATE "C" PRIMARY KEY,
    type TEXT COLLATE "C" NOT NULL,
    object_id TEXT COLLATE "C",
    -- Whose state to fetch: a customer's id, or a checkout session's when there is no customer yet.
    routing_key TEXT COLLATE "C",
    livemode BIGINT NOT NULL,
    account TEXT COLLATE "C",
    body TEXT COLLATE "C",
    received_at BIGINT NOT NULL,
    -- 'pending', 'done', 'ignored', 'quarantined'
    state TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL,
    done_at BIGINT,
    last_error TEXT COLLATE "C"
);
CREATE INDEX webhook_event_due ON webhook_event (due_at) WHERE state = 'pending';
CREATE INDEX webhook_event_routing ON webhook_event (routing_key) WHERE state = 'pending';
