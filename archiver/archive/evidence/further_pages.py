"""The pages of articles that go over several: each is a capture, and what they say together the last one says.

The captures of those before it are not final: another request followed. They were made in the same run for the same
article.
"""

import sqlite3

_EARLIER = """
    SELECT p.id, p.address_id, p.address_id = k.address_id FROM captures k
    JOIN captures p INDEXED BY captures_followed ON p.run_id = k.run_id AND NOT p.final
    WHERE k.id = ? AND k.final AND k.purpose = 'article' AND p.purpose = 'article' AND p.expected = k.expected
        AND p.status BETWEEN 200 AND 299 AND p.fetched_at < k.fetched_at
    ORDER BY p.fetched_at, p.id
"""


def list_earlier_pages(connection: sqlite3.Connection, capture_id: int) -> list[int]:
    """List the captures of the pages before the last one of an article, in their order; none for most articles.

    An article that was looked at twice in a run has those of the second look alone. Pages that were asked for again
    because they did not come whole are among them.
    """
    rows = connection.execute(_EARLIER, (capture_id,)).fetchall()
    if not rows or rows[0][2]:
        return []
    first = rows[0][1]
    begun = max(place for place, row in enumerate(rows) if row[1] == first)
    return [row[0] for row in rows[begun:]]
