"""Text, wherever it is used: how it is cleaned, folded for a search, shown, and written into cells."""
