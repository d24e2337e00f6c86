-- People: the one table with personal data, members, how they sign in, what may be done how often, and who did what.

-- What this database is, in a few words: the schema's floor and the markers of one-time work.
CREATE TABLE instance (
    key TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
-- A binary whose newest migration is below this number refuses to run on the schema.
INSERT INTO instance (key, value) VALUES ('min_compatible', '1');

-- The only table with personal data. A person without a member is an address that was typed and has not answered.
CREATE TABLE person (
    id TEXT COLLATE "C" PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    -- What makes two spellings the same address: lower case, domain in ASCII.
    email_key TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT COLLATE "C",
    locale TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX person_created_at ON person (created_at);

CREATE TABLE member (
    id TEXT COLLATE "C" PRIMARY KEY,
    -- Permanent, newsroom-wide, never used again; not the tally.
    number BIGINT NOT NULL UNIQUE,
    person_id TEXT COLLATE "C" UNIQUE REFERENCES person (id),
    verified_at BIGINT,
    deleted_at BIGINT,
    -- Raised by each change of the membership, so that changes of one member follow each other.
    fence BIGINT NOT NULL DEFAULT 0,
    -- When time alone next changes what this member may do or whether they count.
    recount_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX member_recount_at ON member (recount_at);

-- The next member number: one row, taken by UPDATE … RETURNING in the transaction that makes the member.
CREATE TABLE member_number (
    id BIGINT PRIMARY KEY,
    next BIGINT NOT NULL
);
INSERT INTO member_number (id, next) VALUES (1, 1);

-- One request to sign in. Link and code are derived from the id under a key outside the database.
CREATE TABLE attempt (
    id TEXT COLLATE "C" PRIMARY KEY,
    person_id TEXT COLLATE "C" NOT NULL REFERENCES person (id),
    -- 'sign_in' or 'change_address' (then new_person_id is the address to confirm).
    purpose TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" REFERENCES member (id),
    -- SHA-256 of the asking browser's attempt cookie; none for links that only mail carries.
    browser_hash TEXT COLLATE "C",
    return_to TEXT COLLATE "C",
    wrong_codes BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX attempt_person ON attempt (person_id, created_at);
CREATE INDEX attempt_browser ON attempt (browser_hash);
CREATE INDEX attempt_expires_at ON attempt (expires_at);

CREATE TABLE session (
    id TEXT COLLATE "C" PRIMARY KEY,
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
    attempt_id TEXT COLLATE "C" UNIQUE REFERENCES attempt (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_expires_at ON session (expires_at);

-- How often something was done in a window of time: rate limits and mail budgets. Subjects are hashed.
CREATE TABLE budget (
    name TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (name, subject, window_start)
);
CREATE INDEX budget_window_start ON budget (window_start);

-- Every change by staff, Stripe or the command line, and every change of rights.
CREATE TABLE audit (
    id TEXT COLLATE "C" PRIMARY KEY,
    at BIGINT NOT NULL,
    actor_kind TEXT COLLATE "C" NOT NULL,
    actor_id TEXT COLLATE "C",
    action TEXT COLLATE "C" NOT NULL,
    subject_id TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_subject ON audit (subject_id, at);

-- Messages that go out: written in the transaction of their cause, sent by a worker.
CREATE TABLE outbox (
    id TEXT COLLATE "C" PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    person_id TEXT COLLATE "C" REFERENCES person (id),
    payload TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    leased_until BIGINT NOT NULL DEFAULT 0,
    sent_at BIGINT,
    given_up_at BIGINT,
    last_error TEXT COLLATE "C"
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;

-- What came of unsafe requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
    principal TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    body_hash TEXT COLLATE "C" NOT NULL,
    -- The id of what the request made.
    outcome TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (principal, route, key)
);
CREATE INDEX idempotency_created_at ON idempotency (created_at);
