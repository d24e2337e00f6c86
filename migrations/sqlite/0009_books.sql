-- The books of years: old subscribers moved to a new price, tax by its rate.

-- A move of everybody who is billed by one price to another. Its id is a part of every key under which the gateway is asked.
CREATE TABLE price_move (
    id TEXT PRIMARY KEY,
    from_price_id TEXT NOT NULL REFERENCES price (id),
    to_price_id TEXT NOT NULL REFERENCES price (id),
    -- 'now', 'renewal'
    takes_hold TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    -- None while somebody may be left.
    finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX price_move_unfinished ON price_move (from_price_id, to_price_id) WHERE finished_at IS NULL;

-- The percentage at which a row's tax was reckoned: '20', or '5 + 9.975' when several came together; none without tax.
ALTER TABLE payment_ledger ADD COLUMN tax_rate TEXT;
