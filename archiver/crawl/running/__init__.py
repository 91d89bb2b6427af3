"""A crawl as a process: statuses, locks, signals, logs."""
