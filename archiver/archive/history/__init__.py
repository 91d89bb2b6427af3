"""From readings to history: contents, snapshots, events, and what a run is worth."""
