"""What parsing and storing cost, measured: ``make bench``."""
