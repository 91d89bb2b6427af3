"""People's own SQL: asked in a process of its own, within bounds."""
