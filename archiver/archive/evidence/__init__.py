"""Evidence: captures, payloads, documents; written once."""
