"""Commands for more than one machine."""
