"""The hub: a PostgreSQL database with an append-only log of bundles, the files they name, and the jobs of workers."""
