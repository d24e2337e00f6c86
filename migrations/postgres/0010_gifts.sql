-- Gifts: a membership that somebody pays for once and somebody else redeems by its code.
CREATE TABLE gift (
    id TEXT COLLATE "C" PRIMARY KEY,
    -- What it is paid with; who pays and what becomes of the money is there.
    checkout_id TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES checkout (id),
    plan_id TEXT COLLATE "C" NOT NULL REFERENCES plan (id),
    months BIGINT NOT NULL,
    -- Who paid; none before.
    giver_id TEXT COLLATE "C" REFERENCES member (id),
    -- Whom the code is mailed to; none when the giver hands it over.
    recipient_id TEXT COLLATE "C" REFERENCES person (id),
    -- What the giver wrote, as JSON: name, message. Personal: to be emptied with the person.
    note TEXT COLLATE "C" NOT NULL,
    -- When the code is mailed, in business time; none as soon as it is paid.
    send_at BIGINT,
    -- 'settling', 'standing', 'gone'; none before anything was paid
    money TEXT COLLATE "C",
    settled_at BIGINT,
    -- The code itself is derived from the id under a key outside the database.
    code_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    sent_at BIGINT,
    reminded_at BIGINT,
    -- The first moment at which it can no longer be redeemed, in business time.
    expires_at BIGINT,
    redeemed_by TEXT COLLATE "C" REFERENCES member (id),
    redeemed_at BIGINT,
    -- [opens_from, opens_until), as it was when it was redeemed.
    opens_from BIGINT,
    opens_until BIGINT,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX gift_to_send ON gift (send_at) WHERE money = 'standing' AND sent_at IS NULL;
CREATE INDEX gift_expires ON gift (expires_at) WHERE redeemed_at IS NULL;
CREATE INDEX gift_recipient ON gift (recipient_id);
CREATE INDEX gift_giver ON gift (giver_id);
CREATE INDEX gift_reader ON gift (redeemed_by) WHERE redeemed_by IS NOT NULL;
