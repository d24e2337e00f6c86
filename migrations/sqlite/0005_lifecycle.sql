-- The whole life of a subscription: what the mirror keeps beyond the first payment.

ALTER TABLE subscription ADD COLUMN ended_at INTEGER;
ALTER TABLE subscription ADD COLUMN trial_until INTEGER;
-- Since when collection stands still.
ALTER TABLE subscription ADD COLUMN paused_at INTEGER;

-- What a member is told, or was: once for each key, which says what it is about. Some of it is due later.
CREATE TABLE notice (
    key TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES member (id),
    subscription_id TEXT NOT NULL REFERENCES subscription (id),
    -- 'renewed', 'payment_failed', 'needs_approval', 'grace', 'end_arranged', 'resumed', 'ended'
    kind TEXT NOT NULL,
    -- What the mail says, as JSON; none when there is no mail.
    news TEXT,
    -- When it happened, and when it is told; business time.
    at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    done_at INTEGER
) STRICT;
CREATE INDEX notice_due ON notice (due_at) WHERE done_at IS NULL;
CREATE INDEX notice_member ON notice (member_id, at);
