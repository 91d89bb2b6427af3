"""The public view of what was learned to be noise; as in views.py, columns may be added, never renamed."""

from archiver.archive.queries.view import SITE, View

SITE_NOISE = View(
    "site_noise",
    "one row a rule that the pages of a site taught: what moves there by itself and is no edit",
    {
        "site": SITE,
        "kind": (
            "what the template is of: block (a whole paragraph), text (a part of one), address (the path of a file), "
            "parameter (of a file's address), region (what stands between two paragraphs of an article), file "
            "(the same of one article's files)"
        ),
        "template": (
            "* anything that moves, # a number, {} what is compared, <hash> and the like what machines write into "
            "names; of regions and files the digests of paragraphs of the article"
        ),
        "proof": "second look: it moved twice in a row, once within a run; three looks: by the day, as no hand does",
        "learned_at": "the capture that proved it",
        "url": "the page that did",
    },
    """
    SELECT l.site, l.kind, l.template, l.proof, k.fetched_at, d.url
    FROM learned_noise l JOIN captures k ON k.id = l.capture_id JOIN addresses d ON d.id = k.address_id
    """,
)
