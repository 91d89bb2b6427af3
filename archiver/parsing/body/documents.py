"""Documents that a page links to or shows: by their addresses, by what is said of them, in frames and in viewers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from archiver.html.addresses import resolve_within
from archiver.html.elements import Element, attribute_of, elements_below
from archiver.html.links import Links
from archiver.model import Attachment
from archiver.parsing.body.pictures import PICTURES
from archiver.parsing.boilerplate.visibility import is_hidden, shown_text_of
from archiver.text.cleaning import clean_text
from archiver.urls import is_download, parameters_of, strip_session

DOCUMENTS = tuple(
    f".{kind}"
    for kind in (
        "pdf doc docx docm dot dotx rtf odt xls xlsx xlsm ods csv ppt pptx pps ppsx odp epub zip rar 7z".split()
    )
)
"""What the addresses of documents end with."""
_KINDS = r"pdf|docx?|docm|rtf|odt|xlsx?|xlsm|ods|csv|pptx?|ppsx?|odp|zip|rar|7z"
_SIZE = r"\d[\d.,]*\s?(?:[kmg]i?b|bytes?)\b"
# A link that says which file it is: ``KH-77.pdf``, ``KH-77.pdf (2 MB)``.
_NAMED = re.compile(
    rf".{{0,200}}\w[\w )\]-]*\.(?:{_KINDS})(?:\s*[(\[]?\s*{_SIZE}\s*[)\]]?)?[\s.;,]*", re.IGNORECASE | re.DOTALL
)
# A link that says what kind of file it is, in brackets or with its size.
_OF_KIND = re.compile(
    rf"[(\[][^()\[\]]{{0,20}}\b(?:{_KINDS}|word|excel)\b[^()\[\]]{{0,30}}[)\]]\W*$|\b(?:{_KINDS})\b\W{{0,3}}{_SIZE}",
    re.IGNORECASE,
)
_TYPES = re.compile(
    r"application/(?:pdf|msword|rtf|zip|vnd\.(?:openxmlformats|ms-|oasis\.opendocument|rar)\S*)", re.IGNORECASE
)
# Programs that send a file, by their names, and the parameters that say which.
_SENDS = re.compile(
    r"(?:file|document|doc|attachment|media|force)?[-_]?(?:download|get)[-_]?(?:er|s|file|files|doc|document|attachment|media)?"
    r"|(?:get|view|open|show)[-_]?(?:file|attachment|doc|document|pdf)|tai-?(?:ve|file|tai-?lieu|xuong)|attachments?|dl",
    re.IGNORECASE,
)
_SAYS_WHICH = re.compile(r".*(?:id|file|uuid|guid|doc|att|name|path|code|key|token)\d?|f|n|i", re.IGNORECASE)
_NO_FILES = re.compile(
    r"image|img|thumb|photo|avatar|captcha|rss|sitemap|ajax|menu|login|logo|banner|icon|video", re.IGNORECASE
)
_PROGRAM = re.compile(r"\.(?:php\d?|aspx?|ashx|jspx?|do|action|cgi|axd|cfm)$", re.IGNORECASE)
_PAGE = re.compile(r"(?:\.s?html?|/)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d+|[0-9a-f]{8,}(?:-[0-9a-f]{2,}){0,6}", re.IGNORECASE)
_KEEPS_FILES = re.compile(
    r"download|file|attach|document|dokument|upload|media|tep|tai-|dinh-?kem|tai-?lieu", re.IGNORECASE
)
# Parameters that hold what somebody looks for, or where to go then.
_ASKED = re.compile(
    r"q|s|k|search.*|query|keywords?|tu-?khoa|.*(?:redirect|return|back|next|ref|referr?er|continue|goto).*|u|text",
    re.IGNORECASE,
)
# Pages that show a document: Google's, Microsoft's, pdf.js.
_VIEWER = re.compile(
    r"(?:^|/)(?:gview|viewer|pdf-?viewer\w*|(?:view|embed)\.aspx|viewer\.(?:html?|php|aspx))$", re.IGNORECASE
)
_VIEWS = re.compile(r"view|embed|pdf|preview|reader|flip|show", re.IGNORECASE)
_VIEWED = ("url", "src", "file", "document", "doc", "pdf", "filename", "path", "link")
FRAMES = frozenset({"iframe", "object", "embed"})
_LINKS = frozenset({"a", "area"})
_SOURCES = {"iframe": ("src", "data-src", "data-lazy-src"), "embed": ("src",), "object": ("data",)}


class PrintedDocument(NamedTuple):
    """What a page prints of something that may be a document: its address as written, its title, what is said of it.

    ``is_file`` says that a file's kind is told without its address, ``is_frame`` that it is shown in a frame.
    """

    href: str
    title: str
    is_file: bool = False
    is_frame: bool = False


def list_printed(elements: Iterable[Element]) -> Iterator[PrintedDocument]:
    """List what links and frames among some elements print, in their order; no link within what shows a document."""
    within: set[int] = set()
    for element in elements:
        if element.name in _LINKS and "href" in element.attrs and id(element) not in within:
            yield _read_link(element)
        elif element.name in FRAMES and not is_hidden(element):
            frame = list(_read_frame(element))
            if element.name == "object" and any(one.is_file or is_document(one.href) for one in frame):
                within |= {id(below) for below in elements_below(element)}
            yield from frame


def collect_documents(printed: Iterable[PrintedDocument], links: Links) -> tuple[Attachment, ...]:
    """Collect the documents among what a page prints, each once, with the text of its link or its name."""
    found: dict[str, Attachment] = {}
    for one in printed:
        url = _find_document(one, links)
        if url and (url not in found or not found[url].title):
            found[url] = Attachment(url, clean_text(one.title))
    return tuple(replace(document, title=document.title or _file_name(document.url)) for document in found.values())


@lru_cache(maxsize=1024)
def is_document(url: str) -> bool:
    """Say whether an address is a document: Liferay keeps them below /documents/, pictures too.

    By its ending or that of a parameter, or since the program there sends files.
    """
    parts = urlsplit(url) if "[" not in url else None
    if parts is None:
        return False
    path = parts.path.lower()
    names = path.split("/")
    if any(name.endswith(PICTURES) for name in names):
        return False
    if "/documents/" in path or names[-1].endswith(DOCUMENTS) or is_download(url):
        return True
    if not parts.query:
        return len(names) > 1 and bool(_NUMBER.fullmatch(names[-1]) and _SENDS.fullmatch(names[-2]))
    return _sends_file(path, names[-1], url)


def find_viewed(url: str, *, is_frame: bool) -> str | None:
    """Find the document that a viewer shows (``viewer.html?file=…``); None for an address of anything else."""
    query = url.partition("?")[2]
    if "=" not in query or not ("." in query or "%" in query) or "[" in url:  # no address in it
        return None
    path = urlsplit(url).path
    is_viewer = _VIEWER.search(path) is not None
    if not is_viewer and (path.lower().endswith(".ashx") or not (is_frame or _VIEWS.search(url.partition("?")[0]))):
        return None
    given = {name.lower(): value for name, value in parameters_of(url).items()}
    names = [*_VIEWED, *(name for name in given if name not in _VIEWED and is_frame and not _ASKED.fullmatch(name))]
    for value in (_decode(given[name]) for name in names if given.get(name)):
        is_absolute = value.startswith(("http://", "https://", "//"))
        if is_document(value) and (is_viewer or is_absolute or (is_frame and "/" in value)):
            return resolve_within(url, value)
        if is_viewer and is_absolute and not _PAGE.search(urlsplit(value).path):
            return resolve_within(url, value)
    return None


def _find_document(printed: PrintedDocument, links: Links) -> str | None:
    url = links.resolve(printed.href)
    if url is None:
        return None
    if viewed := find_viewed(url, is_frame=printed.is_frame):
        return strip_session(viewed)
    return url if is_document(url) or _is_said_to_be(printed, url) else None


def _is_said_to_be(printed: PrintedDocument, url: str) -> bool:
    """Say whether something that does not look like a file is one by what is said of it; no page and no picture is."""
    path = urlsplit(url).path.lower()
    name = path.rpartition("/")[2]
    if _PAGE.search(path) or any(part.endswith(PICTURES) for part in path.split("/")):
        return False
    if printed.is_file or _OF_KIND.search(printed.title[-200:]):
        return True
    sends = "?" in url or _PROGRAM.search(name) or _NUMBER.fullmatch(name) or _KEEPS_FILES.search(path)
    return bool(sends and _NAMED.fullmatch(printed.title[:400]))


def _read_link(link: Element) -> PrintedDocument:
    """Read a link: its text, and whether its attributes say that it leads to a file."""
    text = shown_text_of(link)
    is_file = _TYPES.match(attribute_of(link, "type")) is not None
    if "download" in link.attrs:
        name = attribute_of(link, "download").lower()
        shows = any(below.name == "img" for below in elements_below(link))
        is_file |= name.endswith(DOCUMENTS) or not (shows or "." in name[-6:])
    if not is_file and not text.strip() and _NAMED.fullmatch(attribute_of(link, "title")):
        text = attribute_of(link, "title")
    return PrintedDocument(attribute_of(link, "href"), text, is_file)


def _read_frame(frame: Element) -> Iterator[PrintedDocument]:
    """Read a frame, and what stands in its place where it cannot be shown: an ``embed``, a link."""
    is_file = _TYPES.match(attribute_of(frame, "type")) is not None
    for name in _SOURCES[frame.name]:
        if source := attribute_of(frame, name):
            yield PrintedDocument(source, attribute_of(frame, "title"), is_file, is_frame=True)
    for below in elements_below(frame) if frame.name == "object" else ():
        if below.name == "param" and attribute_of(below, "name").lower() in ("src", "url", "filename", "movie"):
            yield PrintedDocument(attribute_of(below, "value"), "", is_frame=True)


def _sends_file(path: str, name: str, url: str) -> bool:
    """Say whether the program at a path sends a file that the parameters of its address name."""
    stem = _PROGRAM.sub("", name)
    sends = _SENDS.fullmatch(stem) is not None or (name.endswith(".ashx") and not _NO_FILES.search(stem))
    is_liferay = path.endswith("/document_library/get_file")
    if not (sends or is_liferay or "." in url.partition("?")[2]):
        return False
    given = parameters_of(url)
    values = {key: value.partition("#")[0].lower() for key, value in given.items() if not _ASKED.fullmatch(key)}
    if any(value.endswith(PICTURES) for value in values.values()):
        return False
    if is_liferay:
        return True
    if any(value.endswith(DOCUMENTS) for value in values.values() if "://" not in value or sends):
        return not name.endswith((".html", ".htm"))
    return sends and any(_SAYS_WHICH.fullmatch(key) and value for key, value in values.items())


def _decode(value: str) -> str:
    """Decode an address that was encoded twice; what stands behind # is a place in the document."""
    if "%" in value and not any(sign in value for sign in ("/", " ")):
        value = unquote(value)
    return value.strip().partition("#")[0]


def _file_name(url: str) -> str:
    """Return the name of a document; Liferay writes it before an identifier, with + for the spaces in it."""
    names = [name for name in urlsplit(url).path.split("/") if name]
    given = (value.rpartition("/")[2] for value in parameters_of(url).values() if value.lower().endswith(DOCUMENTS))
    named = next((name for name in names if name.lower().endswith(DOCUMENTS)), None)
    name = named or next(given, None) or (names[-1] if names else url)
    return clean_text(unquote(name.replace("+", " ")))
