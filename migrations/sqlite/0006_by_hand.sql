-- What people ask for and staff enter by hand: cancelling without signing in, members billed elsewhere.

-- A declaration that a contract ends, made without signing in. It stands as it was sent; whoever typed the address is unproven.
CREATE TABLE cancellation_request (
    id TEXT PRIMARY KEY,
    -- The address that was typed.
    person_id TEXT NOT NULL REFERENCES person (id),
    -- 'ordinary', 'for_cause', 'withdrawal'
    kind TEXT NOT NULL,
    -- What was typed besides, as JSON: name, membership, reason, date. Personal: to be emptied with the person.
    declared TEXT NOT NULL,
    -- Business time.
    received_at INTEGER NOT NULL,
    -- 1 when the hour's budget of mail allowed an answer.
    answered INTEGER NOT NULL,
    -- 'received', 'arranged', 'withdrawn', 'unmatched', 'open', 'settled'
    state TEXT NOT NULL,
    -- What it was applied to, and when that ends, in business time.
    subscription_id TEXT REFERENCES subscription (id),
    ends_at INTEGER,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX cancellation_request_person ON cancellation_request (person_id);
CREATE INDEX cancellation_request_received ON cancellation_request (received_at) WHERE state = 'received';
CREATE INDEX cancellation_request_open ON cancellation_request (received_at) WHERE state = 'open';

-- Rights that staff enter: the other side's name for it, and what the reader was told of its end.
ALTER TABLE entitlement ADD COLUMN reference TEXT;
ALTER TABLE entitlement ADD COLUMN reminded_at INTEGER;
ALTER TABLE entitlement ADD COLUMN end_told_at INTEGER;
CREATE INDEX entitlement_offline_end ON entitlement (valid_until) WHERE source = 'offline' AND end_told_at IS NULL;

-- Money that came by bank transfer or in cash, as staff noted it. Append-only.
CREATE TABLE offline_payment (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member (id),
    entitlement_id TEXT NOT NULL REFERENCES entitlement (id),
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    -- The bank's or the receipt's own words.
    reference TEXT,
    -- When it was noted, in business time.
    noted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX offline_payment_member ON offline_payment (member_id);
CREATE INDEX offline_payment_noted_at ON offline_payment (noted_at);
