"""Pages that come with status 200 in the place of an article: errors, maintenance, captchas, logins, home pages."""

import re
from itertools import islice

from archiver.findings import Kind
from archiver.html.elements import Element, select, select_one, spaced_text_of, text_of
from archiver.model import Article, Problem
from archiver.text.cleaning import clean_text
from archiver.text.folding import fold

# Kind of problem -> how such pages speak, in Vietnamese and English. The first that fits is taken.
_SAYINGS: dict[Kind, tuple[str, tuple[str, ...]]] = {
    "captcha_page": (
        "asks whether the visitor is a robot",
        (
            r"captcha|not a robot|are you (a )?(human|robot)|verify(ing)? (that )?you are (a )?human|just a moment",
            r"attention required|access denied|người máy|không phải (là )?robot|mã xác (nhận|thực)",
            r"truy cập bị từ chối",
        ),
    ),
    "maintenance_page": (
        "says that the site is being worked on",
        (
            r"bảo trì|đang (được )?(nâng cấp|bảo dưỡng|cập nhật hệ thống)|nâng cấp hệ thống|quá tải",
            r"tạm (ngừng|dừng|ngưng) (hoạt động|phục vụ|cung cấp)|maintenance|under construction",
            r"(temporarily|service) unavailable|be right back|come back (soon|later)",
        ),
    ),
    "error_page": (
        "says that there is nothing at this address",
        (
            r"không tìm thấy|không (còn )?tồn tại|đã bị (xo[áa]|xóa|gỡ)|đã được gỡ|không có sẵn|lỗi 404|\b404\b",
            r"(page|resource|content|article|file) (was |could |can)?not (be )?found|not found|does(n't| not) exist",
            r"no longer (available|exists)|has been (removed|deleted)|could not be found",
        ),
    ),
}
_PATTERNS = tuple(
    (kind, meaning, re.compile("|".join(patterns), re.IGNORECASE)) for kind, (meaning, patterns) in _SAYINGS.items()
)
_HOME = re.compile(r"^(trang chủ|trang nhất|home( ?page)?|welcome)\b", re.IGNORECASE)
# Behind the words of an address: the number of an article, an extension.
_ENDING = re.compile(r"(?:[-_.]?\d+)?(?:\.\w{2,5})?$")
LEAST_NAME = 8
LONGEST_HEADING = 300
MOST_TEXTS = 5000
# Such pages are short; an article about a server's maintenance is not, and prints its date.
LONGEST_REFUSAL = 2000
LONGEST_BODY = 600


def recognise_refusal(page: Element, path: str) -> Problem | None:
    """Recognise a page that is no article by what its title and headings say, or all of it if it is short.

    ``path`` is that of its address: a home page is where it belongs at ``/``.
    """
    title = _text_of(page, "title")
    said = " | ".join([title, *(clean_text(text_of(heading)) for heading in select(page, "h1, h2, h3")[:5])])
    text = clean_text(spaced_text_of(page))
    if len(text) <= LONGEST_REFUSAL:
        said = f"{said} | {text}"
    problem = find_saying(said)
    if problem:
        return problem
    asks = select_one(page, 'input[type="password"]') is not None
    if asks and re.search("đăng nhập|log ?in|sign in", said, re.IGNORECASE):
        return Problem("login_page", "asks for a password")
    if _HOME.match(title) and path != "/" and not _names_itself(page, path):
        return Problem("home_page", f"the home page: {title[:100]!r}")
    return None


def _names_itself(page: Element, path: str) -> bool:
    """Say whether a page prints the words of its own address, in no link: some portals title all pages as home."""
    name = _squeeze(_ENDING.sub("", path.rstrip("/").rpartition("/")[2]))
    if len(name) < LEAST_NAME:
        return False
    texts = (text for text in islice(page.find_all(string=True), MOST_TEXTS) if len(text) <= LONGEST_HEADING)
    alike = (text for text in texts if (words := _squeeze(text)) and (words == name or _begins(words, name)))
    return any(text.find_parent("a", href=True) is None and text.find_parent("title") is None for text in alike)


def _begins(words: str, name: str) -> bool:
    """Say whether one begins with the other: addresses are cut off, and so are headlines."""
    return min(len(words), len(name)) >= 2 * LEAST_NAME and (words.startswith(name) or name.startswith(words))


def _squeeze(text: str) -> str:
    return "".join(letter for letter in fold(text) if letter.isalnum())


def recognise_refusal_in(article: Article) -> Problem | None:
    """Recognise an error page in an article's clothes: its title says so, it is short, without date and documents."""
    if article.published is not None or article.attachments or len(article.body) > LONGEST_BODY:
        return None
    return find_saying(article.title)


def find_saying(text: str) -> Problem | None:
    """Find how pages speak that stand in for another: an error, a maintenance, a question to robots."""
    for kind, meaning, pattern in _PATTERNS:
        if found := pattern.search(text):
            return Problem(kind, f"{meaning}: {found.group()!r}")
    return None


def _text_of(page: Element, selector: str) -> str:
    element = select_one(page, selector)
    return clean_text(text_of(element)) if element is not None else ""
