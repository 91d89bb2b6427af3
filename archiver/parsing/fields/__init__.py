"""The fields of an article that stand in one line: dates, counts, ids."""
