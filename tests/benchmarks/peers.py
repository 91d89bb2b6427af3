"""Run extractors of others on saved pages: a program of its own, for the environment of requirements-peers.txt.

Reads JSON lines ``{"file", "url"}``, with ``"extractors"`` where not all are meant, and answers each at once: for each
extractor ``{"extractor", "file", "title", "published", "views", "section", "lead", "author", "body"}`` with ``seconds``
and, of them, ``cpu``. It knows nothing of the project. Each extractor is called as its documentation says, with what
makes it find most; none may fetch anything: whoever tries gets an error, and what it reads without is counted.
"""

import json
import logging
import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

warnings.simplefilter("ignore")

import goose3  # noqa: E402 - some of them warn on import
import htmldate  # noqa: E402
import newspaper  # noqa: E402
import readability  # noqa: E402
import trafilatura  # noqa: E402
from lxml.html import fromstring  # noqa: E402
from newsplease import NewsPlease  # noqa: E402

_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname")


def read_with_trafilatura(html: bytes, url: str) -> dict[str, Any]:
    """Ask for the date with its time: without that it gives the day alone."""
    dates = {"original_date": True, "extensive_search": True, "outputformat": "%Y-%m-%dT%H:%M:%S"}
    found = trafilatura.bare_extraction(
        html, url=url, with_metadata=True, include_comments=False, date_extraction_params=dates
    )
    if found is None:
        return {}
    return {
        "title": found.title,
        "published": found.date,
        "section": (found.categories or [None])[0],
        "lead": found.description,
        "author": found.author,
        "body": found.text,
    }


def read_with_newspaper4k(html: bytes, url: str) -> dict[str, Any]:
    """Detects the language itself, as its documentation recommends."""
    article = newspaper.Article(url, fetch_images=False)
    article.download(input_html=_decode(html))
    article.parse()
    return {
        "title": article.title,
        "published": _print_date(article.publish_date),
        "section": article.meta_data.get("article", {}).get("section") if article.meta_data else None,
        "lead": article.meta_description,
        "author": ", ".join(article.authors),
        "body": article.text,
    }


def read_with_news_please(html: bytes, url: str) -> dict[str, Any]:
    """Brings five extractors and compares them."""
    article = NewsPlease.from_html(_decode(html), url=url, fetch_images=False)
    return {
        "title": article.title,
        "published": _print_date(article.date_publish),
        "lead": article.description,
        "author": ", ".join(article.authors or []),
        "body": article.maintext,
    }


def read_with_goose3(html: bytes, url: str) -> dict[str, Any]:
    """Needs to be told that a page may have no date."""
    with goose3.Goose({"enable_image_fetching": False, "strict": False}) as goose:
        article = goose.extract(raw_html=_decode(html))
    return {
        "title": article.title,
        "published": _pick_date(article.publish_date) or _print_date(article.publish_datetime_utc),
        "lead": article.meta_description,
        "author": ", ".join(article.authors),
        "body": article.cleaned_text,
    }


def read_with_readability(html: bytes, url: str) -> dict[str, Any]:
    """Knows a title and the body only; ``short_title`` is the one without the name of the site."""
    document = readability.Document(_decode(html), url=url)
    summary = fromstring(document.summary(html_partial=True))
    for line_break in summary.iter("br", "p", "div", "li", "td"):
        line_break.tail = "\n" + (line_break.tail or "")
    return {"title": document.short_title(), "body": summary.text_content()}


def read_text_with_trafilatura(html: bytes, url: str) -> dict[str, Any]:
    """Ask as its documentation does first: for the text, and nothing else."""
    return {"body": trafilatura.extract(html, url=url)}


def read_date_with_htmldate(html: bytes, url: str) -> dict[str, Any]:
    """Ask for the first date and not the last, as thoroughly as it can."""
    return {"published": htmldate.find_date(html, original_date=True, extensive_search=True)}


READERS: dict[str, Callable[[bytes, str], dict[str, Any]]] = {
    "trafilatura": read_with_trafilatura,
    "newspaper4k": read_with_newspaper4k,
    "news-please": read_with_news_please,
    "goose3": read_with_goose3,
    "readability-lxml": read_with_readability,
}
OF_ONE_FIELD: dict[str, Callable[[bytes, str], dict[str, Any]]] = {
    "trafilatura, text alone": read_text_with_trafilatura,
    "htmldate": read_date_with_htmldate,
}
"""Asked only by name."""


def _decode(html: bytes) -> str:
    """Decode like the project does: valid UTF-8 first, then what is declared."""
    try:
        return html.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", html[:4096])
        return html.decode(declared[1].decode() if declared else "utf-8", "replace")


def _pick_date(found: Any) -> str | None:
    """Return the first date as printed in ISO form; goose3 gives one, a list, or text of any form."""
    dates = found if isinstance(found, list) else [found]
    return next((date for date in dates if date and re.match(r"\d{4}-\d\d-\d\d", str(date))), None)


def _print_date(date: Any) -> str | None:
    return date.isoformat() if hasattr(date, "isoformat") else (str(date) if date else None)


def _forbid_network(event: str, _: tuple[object, ...]) -> None:
    if event in _NETWORK:
        raise PermissionError(f"{event}: the benchmark reads saved pages and fetches nothing")


def _read(name: str, page: dict[str, str]) -> dict[str, Any]:
    """Return what an extractor found; a failure of its own on a page is an answer without fields, and is told."""
    html = Path(page["file"]).read_bytes()
    started, worked = perf_counter(), process_time()
    try:
        found = (READERS | OF_ONE_FIELD)[name](html, page["url"])
    except Exception as error:  # noqa: BLE001 - whatever they raise, it is what they make of the page
        found = {"error": f"{type(error).__name__}: {error}"[:200]}
    took = {"seconds": perf_counter() - started, "cpu": process_time() - worked}
    return {"extractor": name, "file": page["file"], **found, **took}


def main() -> None:
    """Read each page with its extractors, by turns; what an extractor loads on its first page is no page's cost."""
    logging.disable(logging.CRITICAL)
    sys.addaudithook(_forbid_network)
    loaded: set[str] = set()
    for page in map(json.loads, sys.stdin):
        for name in page.get("extractors", READERS):
            if name not in loaded:
                _read(name, page)
                loaded.add(name)
            print(json.dumps(_read(name, page), default=str), flush=True)


if __name__ == "__main__":
    main()
