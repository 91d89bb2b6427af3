"""The languages of pages: what they say, what words are called, how days are written."""
