"""From an address to a declared site: what is asked for, what is read of it, what is written. Knows no network."""
