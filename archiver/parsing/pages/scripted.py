"""Pages that hold next to no text, because a script in the browser writes it."""

import re

from archiver.html.elements import Element, attribute_of, select, spaced_text_of
from archiver.model import Problem
from archiver.text.cleaning import clean_text

# More text than this and a page says something itself; a bare "Loading…" and a footer have less.
MOST_TEXT = 400
# What the frameworks of the browser fill: React and Vue, Next, Nuxt, Angular, Svelte, Gatsby, Ember.
_ROOTS = (
    "#root, #app, #__next, #__nuxt, #___gatsby, #svelte, #application, #react-root, #vue-app, "
    "app-root, [ng-app], [data-ng-app], [ng-version], [data-reactroot], [data-server-rendered], [v-cloak]"
)
_ASKS = re.compile(
    r"(?:enable|turn on|requires?|activate|without)\s+(?:\w+\s+){0,3}javascript|javascript\s+(?:\w+\s+){0,4}"
    r"(?:enabled|required|disabled|to run)|(?:bật|kích hoạt|hỗ trợ|cần|yêu cầu)\s+(?:\w+\s+){0,4}javascript",
    re.IGNORECASE,
)
_ADVICE = (
    "a script in the browser writes this page: pip install 'committee-news-archiver[render]', have chromium, and "
    "declare rendered = True in the site's file"
)


def recognise_scripted(page: Element) -> Problem | None:
    """Recognise a page whose text a script is to write; None for one that says something itself.

    Such a page has a script, next to no text, and either an empty place for the script to fill or the request to turn
    JavaScript on. What stands in ``noscript`` is no text of the page.
    """
    if not select(page, "script"):
        return None
    text = len(clean_text(spaced_text_of(page)))
    refusals = " ".join(clean_text(spaced_text_of(element)) for element in select(page, "noscript"))
    if text - len(refusals) > MOST_TEXT:
        return None
    if _ASKS.search(refusals) or any(_is_bare(root) for root in page.select(_ROOTS)):
        return Problem("scripted_page", _ADVICE)
    return None


def _is_bare(root: Element) -> bool:
    """Say whether a place holds no more than a sign that something is being loaded."""
    own = clean_text(spaced_text_of(root))
    return len(own) <= MOST_TEXT // 4 and not any(attribute_of(link, "href") for link in select(root, "a"))
