"""The tests, one module per behaviour."""
