-- The whole life of a subscription: what the mirror keeps beyond the first payment.

ALTER TABLE subscription ADD COLUMN ended_at INTEGER;
ALTER TABLE subscription ADD COLUMN trial_until INTEGER;
-- Since when collection stands still.
ALTER TABLE subscription ADD COLUMN paused_at INTEGER;
