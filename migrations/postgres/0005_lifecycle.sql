-- The whole life of a subscription: what the mirror keeps beyond the first payment.

ALTER TABLE subscription ADD COLUMN ended_at BIGINT;
ALTER TABLE subscription ADD COLUMN trial_until BIGINT;
-- Since when collection stands still.
ALTER TABLE subscription ADD COLUMN paused_at BIGINT;

-- What a member is told, or only their history says: once for each key, which says what it is about. Some of it is due later.
CREATE TABLE notice (
    key TEXT COLLATE "C" PRIMARY KEY,
    member_id TEXT COLLATE "C" NOT NULL REFERENCES member (id),
    subscription_id TEXT COLLATE "C" REFERENCES subscription (id),
    -- A word such as 'renewed', 'payment_failed', 'ended'.
    kind TEXT COLLATE "C" NOT NULL,
    -- All of it, as JSON: plan, sums, moments.
    news TEXT COLLATE "C" NOT NULL,
    -- When it happened, when it is told, and when that was done; business time.
    at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    done_at BIGINT,
    -- 'told' by mail, 'kept' for the history alone, 'dropped' since its reason was gone; none while it waits
    outcome TEXT COLLATE "C"
);
CREATE INDEX notice_due ON notice (due_at) WHERE done_at IS NULL;
CREATE INDEX notice_member ON notice (member_id, at);
CREATE INDEX notice_subscription ON notice (subscription_id, at);
