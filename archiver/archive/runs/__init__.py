"""Runs: their log, what a run knows of the past, and what they show."""
