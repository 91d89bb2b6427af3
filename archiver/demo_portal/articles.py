"""The articles of the replica: invented, varied, and the same for the same seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from archiver.demo_portal.phrases import CAPTIONS, DOCUMENTS, LEADS, SENTENCES, SLOTS, TITLES, fill

_NEWEST = datetime(2021, 11, 19, 16, 3)  # noqa: DTZ001 - the portal's own time, as it is printed
_DAY_BEGINS, _DAY_ENDS = 7, 19  # the hours in which anything is published
# A portal with few articles publishes one every 1 to 90 days, with ids far apart. More than so many would not fit into
# the years; they come more often, and their ids closer together.
_SPARSE = 90
_WIDEST_GAP, _IDS = 9_000, 8_000_000
_CONTENT_TYPES = {"pdf": "PDF", "doc": "doc", "xls": "xls"}


@dataclass(frozen=True, slots=True)
class PortalArticle:
    """One article as its editor typed it in.

    All texts are plain text. ``published`` is the portal's own time without a zone; with ``no_time`` it is printed as
    12:00 AM. A paragraph with tabs is a table row. Captions and ``author`` take a line per printed paragraph. An
    image is a path and a caption; without one, the first stands in the lead's box. Attachments are paths and titles.
    ``also_in`` names further channels. Without ``views`` no count is printed. With ``lead_in_body`` the lead's own
    place stays empty and the lead is the first, bold paragraph of the body. ``spelling`` changes the bytes of the
    texts and nothing that is read of them (see ``spell``). ``slug`` is the end of the address, made of the title if
    it is empty.
    """

    id: int
    channel: str
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    published: datetime
    author: str | None = None
    images: tuple[tuple[str, str], ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()
    also_in: tuple[str, ...] = ()
    views: int | None = 0
    no_time: bool = False
    lead_in_body: bool = False
    spelling: int = 0
    slug: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        """All channels whose listings show the article."""
        return (self.channel, *self.also_in)


def write_articles(count: int, channels: Sequence[str], seed: int = 1, years: float = 12) -> list[PortalArticle]:
    """Invent ``count`` articles for ``channels``, newest first; the first channel gets the most.

    Among any 24 are all the cases that ``PortalArticle`` knows, and two with the same title. However many there are
    (up to 100,000), they were published within ``years``, and the older one has the lower id.
    """
    chance = Random(seed)
    articles: list[PortalArticle] = []
    titles: set[str] = set()
    number, published = 4_418_000 + chance.randrange(900), _NEWEST
    for index in range(count):
        title = _write_title(index, titles, chance)
        articles.append(_write_article(index, title, number, published, channels, chance))
        number -= chance.randint(3, min(_WIDEST_GAP, _IDS // count))
        published = _go_back(published, count, years, chance)
    return _share_title(articles)


def _go_back(published: datetime, count: int, years: float, chance: Random) -> datetime:
    """Return when the article before was published: some days earlier, or some working minutes if there are many."""
    if count <= _SPARSE:
        published -= timedelta(days=chance.randint(1, 90))
        return published.replace(hour=chance.randint(_DAY_BEGINS, _DAY_ENDS - 1), minute=chance.randint(0, 59))
    working_day = 60 * (_DAY_ENDS - _DAY_BEGINS)
    minutes = chance.randint(1, int(2 * years * 365 * working_day / count) - 1)
    days, early = divmod(minutes, working_day)
    earlier = published - timedelta(days=days, minutes=early)
    if earlier.hour < _DAY_BEGINS or earlier.date() < (published - timedelta(days=days)).date():
        earlier -= timedelta(minutes=24 * 60 - working_day)  # over the night
    return earlier


def _write_article(
    index: int, title: str, number: int, published: datetime, channels: Sequence[str], chance: Random
) -> PortalArticle:
    no_time = index % 5 == 2
    channel, *also_in = _choose_channels(index, channels, chance)
    return PortalArticle(
        id=number,
        channel=channel,
        title=title,
        lead="" if index % 11 == 10 else fill(LEADS[index % len(LEADS)], chance),
        paragraphs=_write_paragraphs(index, chance),
        published=published.replace(hour=0, minute=0) if no_time else published,
        author=_sign(index, chance),
        images=_take_pictures(index, number, chance),
        attachments=_attach(index, number, chance),
        also_in=tuple(also_in),
        views=chance.randint(40, 38_661),
        no_time=no_time,
        lead_in_body=index % 3 == 1,
        spelling=index % 7 and index,
    )


def _write_title(index: int, taken: set[str], chance: Random) -> str:
    """Write a title that no other article has."""
    title = fill(TITLES[index % len(TITLES)], chance)
    if title in taken:
        title = f"{title} (bài {index + 1})"
    taken.add(title)
    return title


def _choose_channels(index: int, channels: Sequence[str], chance: Random) -> list[str]:
    """Choose the channel an article belongs to, and up to two more."""
    home = channels[0] if index % 2 == 0 else channels[index // 2 % len(channels)]
    others = [channel for channel in channels if channel != home]
    return [home, *chance.sample(others, min(len(others), chance.choice((0, 0, 1, 1, 2))))]


def _write_paragraphs(index: int, chance: Random) -> tuple[str, ...]:
    if index % 20 == 13:
        return ()
    sentences = chance.sample(SENTENCES, 3 * chance.randint(3, 7))
    groups = [sentences[start : start + 3] for start in range(0, len(sentences), 3)]
    paragraphs = [" ".join(fill(sentence, chance) for sentence in group) for group in groups]
    if index % 7 == 4:
        paragraphs[2:2] = _write_table(chance)
    return tuple(paragraphs)


def _write_table(chance: Random) -> list[str]:
    schools = chance.sample(SLOTS["school"], 4)
    rows = [f"{place}\t{school}\t{chance.randint(20, 400)}" for place, school in enumerate(schools, 1)]
    return ["TT\tĐơn vị\tSố lượt tham gia", *rows]


def _sign(index: int, chance: Random) -> str | None:
    """Sign an article in one paragraph, in two, or not at all."""
    writer, photographer = chance.sample(SLOTS["person"], 2)
    return (None, writer, f"Tin: {writer}\nẢnh: {photographer}", writer, None)[index % 5]


def _take_pictures(index: int, number: int, chance: Random) -> tuple[tuple[str, str], ...]:
    """Take 0 to 3 pictures; the first may be the lead's, a caption may go over two paragraphs."""
    captions = [fill(template, chance) for template in chance.sample(CAPTIONS, 4)]
    taken: tuple[list[str], ...] = (
        [],
        [captions[0], captions[1]],
        [f"{captions[0]}\n(Ảnh: {chance.choice(SLOTS['person'])})"],
        ["", captions[0]],
        [captions[0], f"{captions[1]}\n{captions[2]}", captions[3]],
    )
    return tuple((_picture_path(number, place), text) for place, text in enumerate(taken[index % 5]))


def _picture_path(number: int, place: int) -> str:
    if place % 2:
        return f"/documents/530005/0/anh+{number}.jpg/0c3e{number:08d}-{place}"
    return f"/image/journal/article?img_id={number - 1 - place}"


def _attach(index: int, number: int, chance: Random) -> tuple[tuple[str, str], ...]:
    wanted = 2 if index % 12 == 9 else int(index % 6 == 3 or index % 20 == 13)
    return tuple(
        (f"/documents/530005/0/VB+{number}_{place}.{_CONTENT_TYPES[kind]}/5a1f{number:08d}", fill(title, chance))
        for place, (title, kind) in enumerate(chance.sample(DOCUMENTS, wanted))
    )


def _share_title(articles: list[PortalArticle]) -> list[PortalArticle]:
    """Give two different articles the same title, as happens with notices."""
    if len(articles) > 7:
        articles[7] = replace(articles[7], title=articles[3].title)
    return articles
