-- The whole life of a subscription: what the mirror keeps beyond the first payment.

ALTER TABLE subscription ADD COLUMN ended_at INTEGER;
ALTER TABLE subscription ADD COLUMN trial_until INTEGER;
-- Since when collection stands still.
ALTER TABLE subscription ADD COLUMN paused_at INTEGER;

-- What a member is told, or only their history says: once for each key, which says what it is about. Some of it is due later.
CREATE TABLE notice (
    key TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member (id),
    subscription_id TEXT REFERENCES subscription (id),
    -- A word such as 'renewed', 'payment_failed', 'ended'.
    kind TEXT NOT NULL,
    -- All of it, as JSON: plan, sums, moments.
    news TEXT NOT NULL,
    -- When it happened, when it is told, and when that was done; business time.
    at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    done_at INTEGER,
    -- 'told' by mail, 'kept' for the history alone, 'dropped' since its reason was gone; none while it waits
    outcome TEXT
) STRICT;
CREATE INDEX notice_due ON notice (due_at) WHERE done_at IS NULL;
CREATE INDEX notice_member ON notice (member_id, at);
CREATE INDEX notice_subscription ON notice (subscription_id, at);
