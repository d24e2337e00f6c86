-- The newsroom as declared: gates, plans, prices, sites, campaigns; and the keys that sign tokens.

CREATE TABLE gate (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    -- 'registered' opens for every verified member, 'plan' for those whose plan opens it.
    opens_for TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE plan (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    position INTEGER NOT NULL,
    gateway_product_id TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;

CREATE TABLE plan_gate (
    plan_id TEXT NOT NULL REFERENCES plan (id),
    gate_id TEXT NOT NULL REFERENCES gate (id),
    PRIMARY KEY (plan_id, gate_id)
) STRICT;

CREATE TABLE price (
    id TEXT PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES plan (id),
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    -- 'month', 'year' or 'once'
    billing_interval TEXT NOT NULL,
    -- 'inside', 'on_top' or 'none'
    tax TEXT NOT NULL,
    gateway_price_id TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    archived_at INTEGER
) STRICT;
CREATE INDEX price_plan ON price (plan_id);

CREATE TABLE site (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    audience TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE site_address (
    site_id TEXT NOT NULL REFERENCES site (id),
    -- 'origin' (may call the API from a browser) or 'return_to' (may be returned to: a prefix of whole path segments)
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (site_id, kind, address)
) STRICT;

CREATE TABLE continue_code (
    code_hash TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES site (id),
    member_id TEXT NOT NULL REFERENCES member (id),
    session_id TEXT NOT NULL REFERENCES session (id),
    return_to TEXT NOT NULL,
    code_challenge TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX continue_code_expires_at ON continue_code (expires_at);

CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    public_jwk TEXT NOT NULL,
    -- PKCS#8, encrypted under the master secret.
    private_sealed TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- From this moment the newest such key signs.
    signs_from INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE campaign (
    id TEXT PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    pitch TEXT NOT NULL,
    goal_members INTEGER NOT NULL,
    -- The count on the first day, where the bar begins, as far as it is known.
    start_members INTEGER,
    -- The counting rule: 'paying_members' or 'all_members'; 'total' or 'joined'; 'net' or 'gross'; sources as a JSON array.
    counts_who TEXT NOT NULL,
    counts_basis TEXT NOT NULL,
    counts_leavers TEXT NOT NULL,
    counts_sources TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,
    time_zone TEXT NOT NULL,
    stretch_goals TEXT NOT NULL,
    milestones TEXT NOT NULL,
    published_at INTEGER,
    reached_at INTEGER,
    ended_at INTEGER,
    frozen_members INTEGER,
    -- The sum of the folded ledger rows, the version of the counter, and when it was last folded.
    tally_members INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    as_of INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Whether a campaign counts a member: flipped by a conditional update, with a ledger row for each flip.
CREATE TABLE campaign_member (
    campaign_id TEXT NOT NULL REFERENCES campaign (id),
    member_id TEXT NOT NULL REFERENCES member (id),
    counted INTEGER NOT NULL,
    source TEXT,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, member_id)
) STRICT;

CREATE TABLE campaign_ledger (
    id TEXT PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaign (id),
    -- None for an offset.
    member_id TEXT REFERENCES member (id),
    delta_members INTEGER NOT NULL,
    -- 'joined', 'left', 'offset', 'repair'
    reason TEXT NOT NULL,
    -- What brought it about: an entitlement's id, 'time', an author's words.
    cause TEXT NOT NULL,
    author TEXT,
    -- Business time of the change.
    at INTEGER NOT NULL,
    -- The version of the counter that took this row in; none while it waits.
    folded_in INTEGER
) STRICT;
CREATE INDEX campaign_ledger_waiting ON campaign_ledger (campaign_id) WHERE folded_in IS NULL;
CREATE INDEX campaign_ledger_campaign ON campaign_ledger (campaign_id, at);
