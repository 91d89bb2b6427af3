"""Whom a crawl talks to, and what it takes of the answers."""
