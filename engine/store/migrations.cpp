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

const std::array<sys::Migration, 1> kMigrations{
    {{"experiments, environments, detection", kSchema1}}};

}  // namespace

std::span<const sys::Migration> migrations() { return kMigrations; }

}  // namespace ck::store
