"""Searching articles and their history."""
