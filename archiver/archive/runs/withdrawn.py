"""Which runs are set aside, for whatever asks about captures, downloads, findings or runs; see withdrawing.py."""

WITHDRAWN = "(SELECT id FROM runs WHERE withdrawn)"
"""The ids of the runs that are set aside: ``run_id NOT IN`` it is said of what counts."""
