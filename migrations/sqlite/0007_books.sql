-- The books: what a statement needs of each movement of money.

-- The gateway's object behind a row: the charge itself, a refund, a dispute.
ALTER TABLE payment_ledger ADD COLUMN source_ref TEXT;
-- What was bought, as it stood when the row was posted.
ALTER TABLE payment_ledger ADD COLUMN price_id TEXT REFERENCES price (id);
ALTER TABLE payment_ledger ADD COLUMN plan_slug TEXT;
CREATE INDEX payment_ledger_occurred ON payment_ledger (occurred_at);
CREATE INDEX payment_ledger_charge ON payment_ledger (charge_ref);

-- What is posted stays as it was posted.
CREATE TRIGGER payment_ledger_no_update BEFORE UPDATE ON payment_ledger
BEGIN
    SELECT RAISE(ABORT, 'payment_ledger is append-only');
END;
CREATE TRIGGER payment_ledger_no_delete BEFORE DELETE ON payment_ledger
BEGIN
    SELECT RAISE(ABORT, 'payment_ledger is append-only');
END;

-- When a price that was taken off sale was archived at the gateway, by the wall clock.
ALTER TABLE price ADD COLUMN gateway_archived_at INTEGER;
