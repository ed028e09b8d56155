CREATE TABLE artifacts (
  run        INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  path       TEXT NOT NULL,
  sha256     TEXT NOT NULL REFERENCES blobs (sha256),
  media_type TEXT NOT NULL,
  kind       TEXT NOT NULL,
  cell       TEXT NOT NULL,
  PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX artifacts_by_blob ON artifacts (sha256);

CREATE TABLE blobs (
  sha256 TEXT PRIMARY KEY,
  size   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cell_blobs (
  run     INTEGER NOT NULL,
  cell_id TEXT NOT NULL,
  sha256  TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (run, cell_id, sha256),
  FOREIGN KEY (run, cell_id) REFERENCES cells (run, cell_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX cell_blobs_by_blob ON cell_blobs (sha256);

CREATE TABLE cells (
  run         INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  cell_id     TEXT NOT NULL,
  position    INTEGER NOT NULL,
  status      TEXT NOT NULL,
  reason      TEXT NOT NULL,
  start_ms    INTEGER,
  duration_ns INTEGER NOT NULL,
  source_hash TEXT NOT NULL,
  outputs     TEXT REFERENCES blobs (sha256),
  error       TEXT NOT NULL,
  PRIMARY KEY (run, cell_id)
) STRICT;

CREATE INDEX cells_by_blob ON cells (outputs) WHERE outputs IS NOT NULL;

CREATE TABLE console (
  id   INTEGER PRIMARY KEY,
  run  INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  data BLOB NOT NULL
) STRICT;

CREATE INDEX console_by_run ON console (run);

CREATE TABLE experiments (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL UNIQUE,
  lifecycle_stage TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle_stage IN ('active', 'deleted')),
  created_ms      INTEGER NOT NULL,
  updated_ms      INTEGER NOT NULL
) STRICT;

CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);

CREATE TABLE latest_metrics (
  run     INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  key     TEXT NOT NULL,
  step    INTEGER NOT NULL,
  time_ms INTEGER NOT NULL,
  is_nan  INTEGER NOT NULL,
  value   REAL NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_chunks (
  id     INTEGER PRIMARY KEY,
  run    INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  key    TEXT NOT NULL,
  points INTEGER NOT NULL,
  data   BLOB NOT NULL
) STRICT;

CREATE INDEX metric_chunks_by_key ON metric_chunks (run, key);

CREATE TABLE params (
  run   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE result_blobs (
  result INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (result, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_blobs_by_blob ON result_blobs (sha256);

CREATE TABLE results (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  key          TEXT NOT NULL,
  entry        BLOB,                           -- NULL: the entry is large and is kept as entry_blob
  entry_blob   TEXT REFERENCES blobs (sha256),
  entry_sha256 TEXT NOT NULL,
  size         INTEGER NOT NULL,               -- bytes of the entry and of the blobs that it refers to
  created_ms   INTEGER NOT NULL,
  used_ms      INTEGER NOT NULL,
  UNIQUE (key, entry_sha256),
  CHECK ((entry IS NULL) <> (entry_blob IS NULL))
) STRICT;

CREATE INDEX results_by_blob ON results (entry_blob) WHERE entry_blob IS NOT NULL;

CREATE INDEX results_by_use ON results (used_ms, id, size);

CREATE TABLE runs (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id           TEXT NOT NULL UNIQUE,
  experiment       INTEGER NOT NULL REFERENCES experiments (id),
  name             TEXT NOT NULL,
  status           TEXT NOT NULL CHECK (status IN ('SCHEDULED', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED')),
  lifecycle_stage  TEXT NOT NULL DEFAULT 'active' CHECK (lifecycle_stage IN ('active', 'deleted')),
  hidden           INTEGER NOT NULL DEFAULT 0,
  parent           INTEGER REFERENCES runs (id) ON DELETE SET NULL,
  origin           INTEGER REFERENCES runs (id) ON DELETE SET NULL,
  user             TEXT NOT NULL,
  source           TEXT NOT NULL,
  start_ms         INTEGER NOT NULL,
  end_ms           INTEGER,
  last_activity_ms INTEGER NOT NULL,
  owner            TEXT, -- names a file in live/ that the owning process keeps locked; NULL for remote runs
  host             TEXT NOT NULL,
  boot_id          TEXT NOT NULL,
  pid              INTEGER NOT NULL
) STRICT;

CREATE INDEX runs_by_experiment ON runs (experiment, start_ms DESC, id DESC);

CREATE INDEX runs_by_name ON runs (name);

CREATE INDEX runs_by_origin ON runs (origin) WHERE origin IS NOT NULL;

CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;

CREATE INDEX runs_by_start ON runs (start_ms DESC, id DESC);

CREATE INDEX runs_running ON runs (owner) WHERE status = 'RUNNING';

CREATE TABLE tags (
  run   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;

