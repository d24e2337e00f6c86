-- Secrets of websites: another way than PKCE to exchange a continue code.

CREATE TABLE site_secret (
    id TEXT COLLATE "C" PRIMARY KEY,
    site_id TEXT COLLATE "C" NOT NULL REFERENCES site (id),
    -- 1 or 2: a site has two live secrets at most, so that one can be put in the place of the other.
    slot BIGINT NOT NULL,
    -- SHA-256 of 256 random bits, in hexadecimal.
    secret_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX site_secret_live ON site_secret (site_id, slot) WHERE revoked_at IS NULL;
