"""The public views of documents and images; as in views.py, columns may be added, never renamed."""

from archiver.archive.evidence.downloads import NAME
from archiver.archive.queries.view import ARTICLE, SITE, URL, View
from archiver.archive.runs.withdrawn import WITHDRAWN

# CROSS JOIN keeps SQLite from beginning with the downloads, each of which it would try with every article.
# The lists of a content, 0 the documents and 1 the images, and what stands in each.
_ITEMS = "JOIN json_each(json_array(json(c.attachments), json(c.images))) list JOIN json_each(list.value) item"
_TITLE = "coalesce(item.value ->> 'title', item.value ->> 'caption', item.value ->> 'alt')"
_KIND = "CASE list.key WHEN 0 THEN 'document' ELSE 'image' END"
_PLACE = "substr(lower(hex({0}.digest)), 1, 2) || '/' || lower(hex({0}.digest)) || '.' || {0}.extension"
_COUNTS = f"run_id NOT IN {WITHDRAWN}"
_FILE_URL = "its address as the article prints it"
_TITLED = "the text of the link, or the caption of the image"
_PROBLEM = (
    "why nothing was kept: http_404 and the like, not_a_document (an HTML page in its place), too_big, timeout, "
    "other_host (not asked for), not_allowed (robots.txt), and other words for a host that gave no answer"
)

ATTACHMENTS = View(
    "attachments",
    "one row a document that an article links to now, and an image of it if images are kept",
    {
        "site": SITE,
        "article_id": ARTICLE,
        "url": URL,
        "file_url": _FILE_URL,
        "title": _TITLED,
        "kind": "document or image",
        "digest": "SHA-256 of the copy that was kept last, hexadecimal; NULL: none is kept",
        "bytes": "its size",
        "media_type": "what it is, told from its content",
        "fetched_at": "when it was last received, or confirmed by the server",
        "asked_at": "when the file was last asked for; NULL: never",
        "status": "the HTTP status of the last answer; 304: it has not changed; NULL: no answer",
        "problem": _PROBLEM,
        "copies": "how many different contents the address had so far",
        "file": "where the copy lies, below the folder `.files` beside the archive",
        "name": "the name that the server gave the copy (Content-Disposition); NULL: none",
    },
    f"""
    SELECT a.site, a.native_key, d.url, item.value ->> 'url', {_TITLE}, {_KIND}, nullif(lower(hex(k.digest)), ''),
        k.size, k.media_type, kept.fetched_at, last.fetched_at, last.status, last.problem,
        (SELECT count(DISTINCT digest) FROM downloads WHERE address_id = f.id AND {_COUNTS}), {_PLACE.format("k")},
        kept.validators ->> '{NAME}'
    FROM articles a
    JOIN snapshots s ON s.article_id = a.id
        AND s.number = (SELECT max(number) FROM snapshots WHERE article_id = a.id AND number IS NOT NULL)
    JOIN contents c ON c.id = s.content_id
    JOIN addresses d ON d.id = a.address_id
    {_ITEMS}
    LEFT JOIN addresses f ON f.site = a.site AND f.url = item.value ->> 'url'
    LEFT JOIN downloads last ON last.address_id = f.id
        AND last.fetched_at = (SELECT max(fetched_at) FROM downloads WHERE address_id = f.id AND {_COUNTS})
    LEFT JOIN downloads kept ON kept.address_id = f.id AND kept.fetched_at =
        (SELECT max(fetched_at) FROM downloads WHERE address_id = f.id AND {_COUNTS} AND digest IS NOT NULL)
    LEFT JOIN files k ON k.digest = kept.digest
    WHERE list.key = 0 OR last.fetched_at IS NOT NULL
    """,
)

ATTACHMENT_HISTORY = View(
    "attachment_history",
    "one row each time a document or image was asked for, of all that an article ever linked to",
    {
        "site": SITE,
        "article_id": ARTICLE,
        "url": URL,
        "file_url": _FILE_URL,
        "title": _TITLED,
        "kind": "document or image",
        "fetched_at": "when it was asked for",
        "status": "the HTTP status; 304: the server says it has not changed; NULL: no answer",
        "digest": "SHA-256 of what was received or confirmed, hexadecimal; another one: the file was exchanged",
        "bytes": "its size",
        "media_type": "what it is, told from its content",
        "problem": _PROBLEM,
        "file": "where the copy lies, below the folder `.files` beside the archive",
        "snapshot": "the newest snapshot of the article that names it",
    },
    f"""
    SELECT a.site, a.native_key, d.url, item.value ->> 'url', {_TITLE}, {_KIND}, l.fetched_at, l.status,
        nullif(lower(hex(k.digest)), ''), k.size, k.media_type, l.problem, {_PLACE.format("k")}, max(s.number)
    FROM articles a
    JOIN snapshots s ON s.article_id = a.id AND s.number IS NOT NULL
    JOIN contents c ON c.id = s.content_id
    JOIN addresses d ON d.id = a.address_id
    {_ITEMS}
    CROSS JOIN addresses f ON f.site = a.site AND f.url = item.value ->> 'url'
    CROSS JOIN downloads l ON l.address_id = f.id AND l.{_COUNTS}
    LEFT JOIN files k ON k.digest = l.digest
    GROUP BY a.site, a.native_key, l.address_id, l.fetched_at
    """,
)
