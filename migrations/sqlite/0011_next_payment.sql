-- What the next payment of a subscription takes, in minor units, where the gateway was asked: a discount, a credit or a settlement makes
-- it another sum than the price's. None where it is the price's.
ALTER TABLE subscription ADD COLUMN next_amount_minor INTEGER;
