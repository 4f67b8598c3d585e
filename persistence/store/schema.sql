CREATE TABLE IF NOT EXISTS facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS series (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE TABLE IF NOT EXISTS labels (
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    value TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (kind, label, value, key),
    FOREIGN KEY (kind, key) REFERENCES documents (kind, key) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS labels_of ON labels (kind, key);
CREATE TABLE IF NOT EXISTS claims (
    kind TEXT NOT NULL,
    claim TEXT NOT NULL,
    value TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (kind, claim, value),
    FOREIGN KEY (kind, key) REFERENCES documents (kind, key) ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS claims_of ON claims (kind, key);
CREATE TABLE IF NOT EXISTS streams (
    stream TEXT NOT NULL PRIMARY KEY,
    head BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS entries (
    stream TEXT NOT NULL,
    number BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, number),
    FOREIGN KEY (stream) REFERENCES streams (stream) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS commands (
    identity TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT NOT NULL,
    number BIGINT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (identity, id)
);
CREATE INDEX IF NOT EXISTS commands_in_order ON commands (identity, place);
CREATE INDEX IF NOT EXISTS commands_by_age ON commands (at);
