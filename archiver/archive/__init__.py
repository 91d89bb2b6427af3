"""The archive: one SQLite file with evidence (runs, captures, payloads) and reading (articles, snapshots, counts)."""
