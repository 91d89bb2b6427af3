"""The public view that people's SQL searches."""

from archiver.archive.queries.view import ARTICLE, SITE, URL, View

ARTICLE_SEARCH = View(
    "article_search",
    "one row a snapshot, to be searched: WHERE words MATCH fold('đảng ủy') AND current, ORDER BY place DESC",
    {
        "words": "to be asked with MATCH, in the language of SQLite's FTS5; all words folded: no marks, đ is d",
        "place": "rises with the date of publication, so that ORDER BY place DESC is newest first, at no cost",
        "site": SITE,
        "article_id": ARTICLE,
        "url": URL,
        "title": "the headline then",
        "lead": "the lead then",
        "body": "the text then",
        "published_at": "the date of publication printed then, in UTC",
        "snapshot": "its number, as in article_history",
        "current": "1 for the article as it was last seen, 0 for what it was before",
        "seen_from": "the first capture that showed this state",
        "seen_until": "the last capture that confirmed it",
        "relevance": "how well it matches: the lower the better; costs 2 ms for a thousand matches",
    },
    """
    SELECT f.search_folded, f.rowid, a.site, a.native_key, d.url, c.title, c.lead, c.body, c.published_at, s.number,
        s.number = (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL), s.seen_from,
        s.seen_until, f.rank
    FROM search_folded f
    JOIN search_order o ON o.place = f.rowid
    JOIN snapshots s ON s.content_id = o.content_id AND s.number IS NOT NULL
    JOIN contents c ON c.id = o.content_id
    JOIN articles a ON a.id = s.article_id
    JOIN addresses d ON d.id = a.address_id
    """,
)
