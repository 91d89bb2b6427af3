-- Version 8: the answers of a run that another request followed.

-- The answers that another request followed: the first pages of articles that go over several (further_pages.py).
CREATE INDEX captures_followed ON captures (run_id) WHERE NOT final;
