-- +goose Up
-- What the outputs of a cell name, such as the whole of a table of which they show a part.

CREATE TABLE cell_blobs (
  run     INTEGER NOT NULL,
  cell_id TEXT NOT NULL,
  sha256  TEXT NOT NULL REFERENCES blobs (sha256),
  PRIMARY KEY (run, cell_id, sha256),
  FOREIGN KEY (run, cell_id) REFERENCES cells (run, cell_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX cell_blobs_by_blob ON cell_blobs (sha256);

PRAGMA user_version = 3;
