-- The newsroom as declared: gates, plans, prices, sites, campaigns; and the keys that sign tokens.

CREATE TABLE gate (
    id TEXT COLLATE "C" PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    title TEXT COLLATE "C" NOT NULL,
    -- 'registered' opens for every verified member, 'plan' for those whose plan opens it.
    opens_for TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE plan (
    id TEXT COLLATE "C" PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    title TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    gateway_product_id TEXT COLLATE "C" UNIQUE,
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);

CREATE TABLE plan_gate (
    plan_id TEXT COLLATE "C" NOT NULL REFERENCES plan (id),
    gate_id TEXT COLLATE "C" NOT NULL REFERENCES gate (id),
    PRIMARY KEY (plan_id, gate_id)
);

CREATE TABLE price (
    id TEXT COLLATE "C" PRIMARY KEY,
    plan_id TEXT COLLATE "C" NOT NULL REFERENCES plan (id),
    amount_minor BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    -- 'month', 'year' or 'once'
    billing_interval TEXT COLLATE "C" NOT NULL,
    -- 'inside', 'on_top' or 'none'
    tax TEXT COLLATE "C" NOT NULL,
    gateway_price_id TEXT COLLATE "C" UNIQUE,
    created_at BIGINT NOT NULL,
    archived_at BIGINT
);
CREATE INDEX price_plan ON price (plan_id);

CREATE TABLE site (
    id TEXT COLLATE "C" PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C" NOT NULL,
    audience TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE site_address (
    site_id TEXT COLLATE "C" NOT NULL REFERENCES site (id),
    -- 'origin' (may call the API from a browser) or 'return_to' (may be returned to: a prefix of whole path segments)
    kind TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (site_id, kind, address)
);

CREATE TABLE continue_code (
    code_hash TEXT COLLATE "C" PRIMARY KEY,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES site (id),
    member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
    session_id TEXT COLLATE "C" NOT NULL REFERENCES session (id),
    return_to TEXT COLLATE "C" NOT NULL,
    code_challenge TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX continue_code_expires_at ON continue_code (expires_at);

CREATE TABLE signing_key (
    kid TEXT COLLATE "C" PRIMARY KEY,
    public_jwk TEXT COLLATE "C" NOT NULL,
    -- PKCS#8, encrypted under the master secret.
    private_sealed TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    -- From this moment the newest such key signs.
    signs_from BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE campaign (
    id TEXT COLLATE "C" PRIMARY KEY,
    slug TEXT COLLATE "C" NOT NULL UNIQUE,
    title TEXT COLLATE "C" NOT NULL,
    pitch TEXT COLLATE "C" NOT NULL,
    goal_members BIGINT NOT NULL,
    -- The count on the first day, where the bar begins, as far as it is known.
    start_members BIGINT,
    -- The counting rule: 'paying_members' or 'all_members'; 'total' or 'joined'; 'net' or 'gross'; sources as a JSON array.
    counts_who TEXT COLLATE "C" NOT NULL,
    counts_basis TEXT COLLATE "C" NOT NULL,
    counts_leavers TEXT COLLATE "C" NOT NULL,
    counts_sources TEXT COLLATE "C" NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT,
    time_zone TEXT COLLATE "C" NOT NULL,
    stretch_goals TEXT COLLATE "C" NOT NULL,
    milestones TEXT COLLATE "C" NOT NULL,
    published_at BIGINT,
    reached_at BIGINT,
    ended_at BIGINT,
    frozen_members BIGINT,
    -- The sum of the folded ledger rows, the version of the counter, and when it was last folded.
    tally_members BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    as_of BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Whether a campaign counts a member: flipped by a conditional update, with a ledger row for each flip.
CREATE TABLE campaign_member (
    campaign_id TEXT COLLATE "C" NOT NULL REFERENCES campaign (id),
    member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
    counted BIGINT NOT NULL,
    source TEXT COLLATE "C",
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (campaign_id, member_id)
);

CREATE TABLE campaign_ledger (
    id TEXT COLLATE "C" PRIMARY KEY,
    campaign_id TEXT COLLATE "C" NOT NULL REFERENCES campaign (id),
    -- None for an offset.
    member_id TEXT COLLATE "C" REFERENCES member (id),
    delta_members BIGINT NOT NULL,
    -- 'joined', 'left', 'offset', 'repair'
    reason TEXT COLLATE "C" NOT NULL,
    -- What brought it about: an entitlement's id, 'time', an author's words.
    cause TEXT COLLATE "C" NOT NULL,
    author TEXT COLLATE "C",
    -- Business time of the change.
    at BIGINT NOT NULL,
    -- The version of the counter that took this row in; none while it waits.
    folded_in BIGINT
);
CREATE INDEX campaign_ledger_waiting ON campaign_ledger (campaign_id) WHERE folded_in IS NULL;
CREATE INDEX campaign_ledger_campaign ON campaign_ledger (campaign_id, at);
