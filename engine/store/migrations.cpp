#include "store/migrations.hpp"

#include <array>

namespace ck::store {
namespace {

constexpr std::string_view kSchema1 = R"sql(
-- What was measured: the truth, never rebuilt from anything else.
CREATE TABLE experiment (
  id         INTEGER PRIMARY KEY,
  uid        TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL UNIQUE,
  created_ns INTEGER NOT NULL
) STRICT;

CREATE TABLE experiment_tag (
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  tag           TEXT NOT NULL,
  PRIMARY KEY (experiment_id, tag)
) STRICT, WITHOUT ROWID;

-- The dictionary of an experiment's numbers. A vector of doubles in `repetition` follows `position`;
-- keys are only ever added, so shorter, older vectors stay readable.
CREATE TABLE metric (
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  position      INTEGER NOT NULL,
  name          TEXT NOT NULL,
  unit          TEXT NOT NULL,
  direction     TEXT NOT NULL,
  role          TEXT NOT NULL,
  PRIMARY KEY (experiment_id, position),
  UNIQUE (experiment_id, name, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE point (
  id            INTEGER PRIMARY KEY,
  uid           TEXT NOT NULL UNIQUE,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  subject       TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('running', 'ok', 'failed', 'interrupted')),
  owner         TEXT NOT NULL,           -- the process that runs it, while it is running
  created_ns    INTEGER NOT NULL,
  ended_ns      INTEGER NOT NULL DEFAULT 0,
  document      BLOB NOT NULL,           -- zstd of JSON "ck.record/1"
  error         TEXT NOT NULL DEFAULT '',
  replay_of     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX point_of_experiment ON point(experiment_id, created_ns);
CREATE INDEX point_running ON point(id) WHERE state = 'running';

CREATE TABLE repetition (
  point_id      INTEGER NOT NULL REFERENCES point(id) ON DELETE CASCADE,
  number        INTEGER NOT NULL,
  started_ns    INTEGER NOT NULL,
  wall_ns       INTEGER NOT NULL,
  user_ns       INTEGER NOT NULL,
  system_ns     INTEGER NOT NULL,
  max_rss_bytes INTEGER NOT NULL,
  ok            INTEGER NOT NULL,
  ending        TEXT NOT NULL,
  detail        TEXT NOT NULL,
  out_sha256    TEXT NOT NULL,
  err_sha256    TEXT NOT NULL,
  metrics       BLOB NOT NULL,           -- float64, little-endian, NaN where not measured
  PRIMARY KEY (point_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE output (
  point_id   INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  name       TEXT NOT NULL,
  path       TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  kept       INTEGER NOT NULL,
  PRIMARY KEY (point_id, number, name),
  FOREIGN KEY (point_id, number) REFERENCES repetition(point_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Lists of what lies elsewhere; can be rebuilt.
CREATE TABLE environment (
  id     TEXT PRIMARY KEY,
  record TEXT NOT NULL                   -- JSON "ck.environment/1"
) STRICT, WITHOUT ROWID;

CREATE TABLE detection (
  software    TEXT NOT NULL,
  file        TEXT NOT NULL,
  stamp       TEXT NOT NULL,
  version     TEXT NOT NULL,
  file_sha256 TEXT NOT NULL,
  owner       TEXT NOT NULL,
  PRIMARY KEY (software, file)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kSchema2 = R"sql(
-- Points of one experiment have nearly the same document: each is kept as what it says beyond an
-- earlier one.
CREATE TABLE base_document (
  id            INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  document      BLOB NOT NULL            -- zstd
) STRICT;
CREATE INDEX base_of_experiment ON base_document(experiment_id);
ALTER TABLE point ADD COLUMN base_id INTEGER;       -- NULL: its document stands alone

-- The place of an ended point in the chain of records; NULL: it is not summed up yet.
ALTER TABLE point ADD COLUMN record INTEGER;
CREATE INDEX point_unrecorded ON point(id) WHERE record IS NULL AND state <> 'running';

-- What a query may ask for beside numbers that were measured: parameters, host, versions.
CREATE TABLE fact_name (
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  position      INTEGER NOT NULL,
  name          TEXT NOT NULL,
  PRIMARY KEY (experiment_id, position),
  UNIQUE (experiment_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE fact_text (
  id   INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- One row a point for the newest ones; whole groups of them become columns, which are read a
-- hundred times faster. Cells of 8 bytes: see cell.hpp.
CREATE TABLE summary (
  point_id      INTEGER PRIMARY KEY REFERENCES point(id) ON DELETE CASCADE,
  experiment_id INTEGER NOT NULL,
  medians       BLOB NOT NULL,           -- in the order of `metric`
  facts         BLOB NOT NULL            -- in the order of `fact_name`
) STRICT;
CREATE INDEX summary_of_experiment ON summary(experiment_id);
CREATE TABLE column_group (
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  kind          INTEGER NOT NULL,        -- 0: rows of `point`, 1: medians, 2: facts
  position      INTEGER NOT NULL,
  number        INTEGER NOT NULL,        -- of the group, from 0
  cells         BLOB NOT NULL,           -- a single one stands for a group of equal ones
  PRIMARY KEY (experiment_id, kind, position, number)
) STRICT, WITHOUT ROWID;

-- Each record vouches for all before it. Rows stay when their point is removed.
CREATE TABLE record (
  number     INTEGER PRIMARY KEY,        -- from 1, without gaps
  point_uid  TEXT NOT NULL,
  content    BLOB NOT NULL,              -- sha256 of what the point holds
  chained    BLOB NOT NULL,              -- sha256 of the `chained` before and `content`
  removed_ns INTEGER NOT NULL DEFAULT 0  -- when the point was removed on purpose
) STRICT;
CREATE TABLE signature (
  id            INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  created_ns    INTEGER NOT NULL,
  signer        TEXT NOT NULL,
  statement     TEXT NOT NULL,
  signature     TEXT NOT NULL
) STRICT;

-- What people say about experiments and points, later: rows are only ever added.
CREATE TABLE annotation (
  id            INTEGER PRIMARY KEY,
  experiment_id INTEGER NOT NULL REFERENCES experiment(id) ON DELETE CASCADE,
  point_uid     TEXT NOT NULL,           -- empty: about the experiment
  created_ns    INTEGER NOT NULL,
  author        TEXT NOT NULL,
  kind          TEXT NOT NULL CHECK (kind IN ('tag', 'untag', 'note')),
  text          TEXT NOT NULL
) STRICT;
CREATE INDEX annotation_of_experiment ON annotation(experiment_id);

CREATE VIRTUAL TABLE words USING fts5(
  body, experiment_id UNINDEXED, point_uid UNINDEXED, source UNINDEXED,
  tokenize = "unicode61 tokenchars '-_.:+'");
INSERT INTO words(body, experiment_id, point_uid, source)
  SELECT name, id, '', 'name' FROM experiment;
INSERT INTO words(body, experiment_id, point_uid, source)
  SELECT tag, experiment_id, '', 'tag' FROM experiment_tag;
)sql";

constexpr std::string_view kSchema3 = R"sql(
-- How far what was asked for its version was kept apart, as JSON; empty where nothing was executed.
-- What was found before is asked again.
DELETE FROM detection;
ALTER TABLE detection ADD COLUMN isolation TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::string_view kSchema4 = R"sql(
-- Each note vouches for all before it. Rows stay when their experiment is removed.
ALTER TABLE annotation ADD COLUMN record INTEGER;   -- NULL: it has none yet
CREATE INDEX annotation_unrecorded ON annotation(id) WHERE record IS NULL;
CREATE UNIQUE INDEX annotation_of_record ON annotation(record);
CREATE TABLE annotation_record (
  number         INTEGER PRIMARY KEY,    -- from 1, without gaps
  experiment_uid TEXT NOT NULL,
  content        BLOB NOT NULL,          -- sha256 of what the annotation says
  chained        BLOB NOT NULL,          -- sha256 of the `chained` before and `content`
  removed_ns     INTEGER NOT NULL DEFAULT 0  -- when the experiment was removed on purpose
) STRICT;
CREATE INDEX annotation_record_of_experiment ON annotation_record(experiment_uid);
)sql";

const std::array<sys::Migration, 4> kMigrations{
    {{"experiments, environments, detection", kSchema1},
     {"columns, chain of records, notes, search", kSchema2},
     {"isolation of detection", kSchema3},
     {"chain of notes", kSchema4}}};

}  // namespace

std::span<const sys::Migration> migrations() { return kMigrations; }

}  // namespace ck::store
