-- The whole life of a subscription: what the mirror keeps beyond the first payment.

ALTER TABLE subscription ADD COLUMN ended_at BIGINT;
ALTER TABLE subscription ADD COLUMN trial_until BIGINT;
-- Since when collection stands still.
ALTER TABLE subscription ADD COLUMN paused_at BIGINT;
