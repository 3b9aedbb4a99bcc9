"""The database's tables. A change here raises `SCHEMA_VERSION` and adds a migration."""

SCHEMA_VERSION = 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, started REAL NOT NULL, source TEXT NOT NULL, ended REAL);

-- A signal's payload is null here: it is signals.row.
CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY, session TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, payload TEXT
);
CREATE INDEX IF NOT EXISTS records_by_session ON records (session, seq);

CREATE TABLE IF NOT EXISTS exchanges (
    seq INTEGER PRIMARY KEY, session TEXT NOT NULL, id TEXT NOT NULL, role TEXT NOT NULL,
    method TEXT NOT NULL, url TEXT NOT NULL, http_version TEXT NOT NULL, status INTEGER,
    started REAL NOT NULL, ended REAL, client TEXT NOT NULL, error TEXT, notes TEXT NOT NULL,
    request_headers TEXT NOT NULL, request_body BLOB NOT NULL,
    response_headers TEXT NOT NULL, response_body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS exchanges_by_session ON exchanges (session, seq);

-- json: the wire's signal as ASCII, for the engine. row: a SignalRow.
CREATE TABLE IF NOT EXISTS signals (
    seq INTEGER PRIMARY KEY, session TEXT NOT NULL, message_id TEXT NOT NULL, type TEXT NOT NULL,
    timestamp TEXT NOT NULL, at_ms INTEGER NOT NULL, idx INTEGER, anonymous_id TEXT,
    json TEXT NOT NULL, row TEXT NOT NULL,
    UNIQUE (session, message_id)
);
CREATE INDEX IF NOT EXISTS signals_in_order ON signals (session, at_ms, idx, seq);

-- row: an EventRow. wire: how the app sent it, null for a prediction.
CREATE TABLE IF NOT EXISTS events (
    session TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
    at_ms INTEGER, row TEXT NOT NULL, wire TEXT,
    PRIMARY KEY (session, id)
);
"""
