-- The books: what a statement needs of each movement of money.

-- The gateway's object behind a row: the charge itself, a refund, a dispute.
ALTER TABLE payment_ledger ADD COLUMN source_ref TEXT COLLATE "C";
-- What was bought, as it stood when the row was posted.
ALTER TABLE payment_ledger ADD COLUMN price_id TEXT COLLATE "C" REFERENCES price (id);
ALTER TABLE payment_ledger ADD COLUMN plan_slug TEXT COLLATE "C";
CREATE INDEX payment_ledger_occurred ON payment_ledger (occurred_at);
CREATE INDEX payment_ledger_charge ON payment_ledger (charge_ref);

-- What is posted stays as it was posted.
CREATE FUNCTION refuse_change_of_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payment_ledger is append-only';
END
$$;
CREATE TRIGGER payment_ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_ledger();

-- When a price that was taken off sale was archived at the gateway, by the wall clock.
ALTER TABLE price ADD COLUMN gateway_archived_at BIGINT;
