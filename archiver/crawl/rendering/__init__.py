"""Pages that a script writes, rendered in chromium."""
