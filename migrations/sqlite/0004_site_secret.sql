-- Secrets of websites: another way than PKCE to exchange a continue code.

CREATE TABLE site_secret (
    id TEXT PRIMARY KEY,
    site_id TEXT NOT NULL REFERENCES site (id),
    -- 1 or 2: a site has two live secrets at most, so that one can be put in the place of the other.
    slot INTEGER NOT NULL,
    -- SHA-256 of 256 random bits, in hexadecimal.
    secret_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX site_secret_live ON site_secret (site_id, slot) WHERE revoked_at IS NULL;
