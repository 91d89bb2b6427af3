"""Several machines and one archive: bundles, the hub that logs them, workers, and those who follow the log."""
