-- People: the one table with personal data, members, how they sign in, what may be done how often, and who did what.

-- What this database is, in a few words: the schema's floor and the markers of one-time work.
CREATE TABLE instance (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
-- A binary whose newest migration is below this number refuses to run on the schema.
INSERT INTO instance (key, value) VALUES ('min_compatible', '1');

-- The only table with personal data. A person without a member is an address that was typed and has not answered.
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    -- What makes two spellings the same address: lower case, domain in ASCII.
    email_key TEXT NOT NULL UNIQUE,
    name TEXT,
    locale TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX person_created_at ON person (created_at);

CREATE TABLE member (
    id TEXT PRIMARY KEY,
    -- Permanent, newsroom-wide, never used again; not the tally.
    number INTEGER NOT NULL UNIQUE,
    person_id TEXT UNIQUE REFERENCES person (id),
    verified_at INTEGER,
    deleted_at INTEGER,
    -- Raised by each change of the membership, so that changes of one member follow each other.
    fence INTEGER NOT NULL DEFAULT 0,
    -- When time alone next changes what this member may do or whether they count.
    recount_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX member_recount_at ON member (recount_at);

-- The next member number: one row, taken by UPDATE … RETURNING in the transaction that makes the member.
CREATE TABLE member_number (
    id INTEGER PRIMARY KEY,
    next INTEGER NOT NULL
) STRICT;
INSERT INTO member_number (id, next) VALUES (1, 1);

-- One request to sign in. Link and code are derived from the id under a key outside the database.
CREATE TABLE attempt (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES person (id),
    -- 'sign_in' or 'change_address' (then new_person_id is the address to confirm).
    purpose TEXT NOT NULL,
    member_id TEXT REFERENCES member (id),
    -- SHA-256 of the asking browser's attempt cookie; none for links that only mail carries.
    browser_hash TEXT,
    return_to TEXT,
    wrong_codes INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX attempt_person ON attempt (person_id, created_at);
CREATE INDEX attempt_browser ON attempt (browser_hash);
CREATE INDEX attempt_expires_at ON attempt (expires_at);

CREATE TABLE session (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    member_id TEXT NOT NULL REFERENCES member (id),
    attempt_id TEXT UNIQUE REFERENCES attempt (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX session_member ON session (member_id);
CREATE INDEX session_expires_at ON session (expires_at);

-- How often something was done in a window of time: rate limits and mail budgets. Subjects are hashed.
CREATE TABLE budget (
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (name, subject, window_start)
) STRICT;
CREATE INDEX budget_window_start ON budget (window_start);

-- Every change by staff, Stripe or the command line, and every change of rights.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    action TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject_id, at);

-- Messages that go out: written in the transaction of their cause, sent by a worker.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    person_id TEXT REFERENCES person (id),
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    leased_until INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER,
    given_up_at INTEGER,
    last_error TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND given_up_at IS NULL;

-- What came of unsafe requests that carried an Idempotency-Key.
CREATE TABLE idempotency (
    principal TEXT NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    -- The id of what the request made.
    outcome TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (principal, route, key)
) STRICT;
CREATE INDEX idempotency_created_at ON idempotency (created_at);
