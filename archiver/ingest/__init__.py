"""Where parsing and archive meet: captures are read, recorded, read again, verified."""
