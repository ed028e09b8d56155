-- +goose Up
-- Cached results of cells. Several may share a key: they differ in the answers to what was asked while the cell ran.

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

CREATE INDEX results_by_use ON results (used_ms, id, size);
CREATE INDEX results_by_blob ON results (entry_blob) WHERE entry_blob IS NOT NULL;

CREATE TABLE result_blobs (
  result INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
  sha256 TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (result, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX result_blobs_by_blob ON result_blobs (sha256);

PRAGMA user_version = 2;
