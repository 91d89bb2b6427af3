"""Many machines: bundles of an archive, the hub that keeps them, workers and followers."""
