"""Large archives, written straight into the tables: no pages, no parser, but every row that reading needs."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.archive.identity.clues import write_all_clues
from archiver.archive.store.file import close_archive, create_or_open

START = datetime(2012, 1, 1, 2, tzinfo=UTC)
CHANGED_EVERY = 10
"""One article in so many has a second snapshot."""
_WORDS = "đảng ủy khối trường đại học cao đẳng hà nội sinh viên hội nghị công tác đoàn thanh niên tuyên truyền".split()


def make_synthetic(path: Path, articles: int, words: int = 700) -> None:
    """Write an archive of two runs: articles of so many words, every tenth of them edited."""
    database = create_or_open(path)
    digest = hashlib.sha256(b"").digest()
    with database.atomic():
        connection = database.conn
        columns = "name, title, platform, timezone"
        connection.execute(
            f"INSERT INTO sites ({columns}) VALUES ('lon', 'Trang lớn', 'liferay_hanoi', 'Asia/Ho_Chi_Minh')"
        )
        for run in (1, 2):
            connection.execute(
                "INSERT INTO runs (id, uid, site, kind, arguments, started_at, finished_at, outcome, scope) "
                "VALUES (?, ?, 'lon', 'crawl', '{}', ?, ?, 'finished', 'full')",
                (run, f"run-{run}", _time(run), _time(run)),
            )
        connection.execute("INSERT INTO payloads VALUES (?, 0, 'plain', NULL, NULL, x'')", (digest,))
        connection.execute("INSERT INTO parsers (id, version, ordinal) VALUES (1, 'p', 1)")
        for number in range(1, articles + 1):
            for statement, values in _write_article(number, words, digest):
                connection.execute(statement, values)
        write_all_clues(connection)
    close_archive(database)


def _write_article(number: int, words: int, digest: bytes) -> Iterator[tuple[str, tuple[object, ...]]]:
    states = 2 if number % CHANGED_EVERY == 0 else 1
    yield "INSERT INTO addresses VALUES (?, 'lon', ?)", (number, f"http://lon.vn/tin/-/view_content/{number}-x.html")
    yield (
        "INSERT INTO articles VALUES (?, 'lon', ?, ?, 'Tin', 'live', 1, ?, ?, ?, ?)",
        (number, str(number), number, _time(1), _time(states), 10 * number, _time(states)),
    )
    yield "INSERT INTO article_keys VALUES (?1, 'lon', ?2, ?1)", (number, str(number))
    columns = "article_id, address_id, key_id, seen_from, section, section_from, answered"
    yield (
        f"INSERT INTO article_addresses ({columns}) VALUES (?1, ?1, ?1, ?2, 'Tin', ?2, 1)",
        (number, _time(1)),
    )
    for state in range(1, states + 1):
        yield from _write_state(number, state, words, digest)


_CONTENT = (
    "id, row_digest, digest, title, author, lead, body, body_html, published_at, published_raw, published_precision, "
    "published_relative, images, attachments"
)


def _write_state(number: int, state: int, words: int, digest: bytes) -> Iterator[tuple[str, tuple[object, ...]]]:
    row = 2 * number + state
    published = (START + timedelta(hours=4 * number)).isoformat()
    body = " ".join(_WORDS[(number * step + state) % len(_WORDS)] for step in range(words))
    paragraphs = f"Bản {state}.\n\n{body}"
    images = json.dumps([{"url": f"http://lon.vn/{number}.png", "caption": "Ảnh", "alt": None}], ensure_ascii=False)
    unique = hashlib.sha256(f"{number} {state}".encode()).digest()
    yield (
        "INSERT INTO captures (id, run_id, address_id, fetched_at, status, payload_digest) VALUES (?, ?, ?, ?, 200, ?)",
        (row, state, number, _time(state, number), digest),
    )
    yield (
        f"INSERT INTO contents ({_CONTENT}) VALUES (?, ?, ?, ?, NULL, 'Lời dẫn.', ?, ?, ?, ?, 'minute', 0, ?, '[]')",
        (row, unique, unique, f"Tin số {number}", paragraphs, f"<p>{body}</p>", published, published, images),
    )
    changed = '["body"]' if state > 1 else None
    yield (
        "INSERT INTO snapshots VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, 'page')",
        (number, row, state, row, row, _time(state, number), _time(state, number), changed),
    )
    yield (
        (
            "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, content_id, views, "
            "key_id, address_id) VALUES (?1, ?2, 1, 'article', 'content', 'counted', ?2, ?3, ?1, ?1)"
        ),
        (number, row, 10 * number + state),
    )
    kind, detail = ("edited", "body") if state > 1 else ("created", f"Tin số {number}")
    yield "INSERT INTO article_events VALUES (?, ?, ?, ?)", (number, row, kind, detail)


def _time(run: int, second: int = 0) -> str:
    return (datetime(2022, 1, 3, tzinfo=UTC) + timedelta(weeks=run, seconds=second)).isoformat(timespec="microseconds")
