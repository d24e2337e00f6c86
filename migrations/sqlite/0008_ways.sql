-- More ways to pay: amounts of one's own, payments made once, promotion codes.

-- An amount that the payer chooses: from, to, and what is suggested, as a JSON array; none for a fixed one. In minor units.
ALTER TABLE price ADD COLUMN minimum_minor INTEGER;
ALTER TABLE price ADD COLUMN maximum_minor INTEGER;
ALTER TABLE price ADD COLUMN suggestions TEXT;
-- For how many months a payment made once opens the plan; none when it is a contribution and no more.
ALTER TABLE price ADD COLUMN opens_months INTEGER;

-- 'membership', 'contribution'
ALTER TABLE checkout ADD COLUMN purpose TEXT NOT NULL DEFAULT 'membership';
-- The amount that the payer chose, in minor units; none where the price has its own.
ALTER TABLE checkout ADD COLUMN amount_minor INTEGER;
ALTER TABLE checkout ADD COLUMN promotion_code TEXT;

-- A payment made once, as the gateway has it.
CREATE TABLE contribution (
    checkout_id TEXT PRIMARY KEY REFERENCES checkout (id),
    member_id TEXT NOT NULL REFERENCES member (id),
    plan_id TEXT NOT NULL REFERENCES plan (id),
    charge_ref TEXT NOT NULL,
    -- When it was made at the gateway, in business time.
    made_at INTEGER NOT NULL,
    -- When its money had come, in business time; none while it is on its way.
    settled_at INTEGER,
    -- 'settling', 'standing', 'gone' (sent back, failed, or with the payer's bank)
    state TEXT NOT NULL,
    opens_months INTEGER,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contribution_member ON contribution (member_id);

-- The right that a payment made once gives.
ALTER TABLE entitlement ADD COLUMN checkout_id TEXT REFERENCES checkout (id);
CREATE UNIQUE INDEX entitlement_checkout ON entitlement (checkout_id);
