"""Payloads come back byte for byte, cost what little has moved, and tell when they are damaged."""

import hashlib
import random
import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.archive.evidence.payloads import SAMPLES, check_payloads, load_payload, store_payload, write_chains_whole
from archiver.archive.store.schema import migrations
from archiver.errors import ArchiveError
from tests.portal import ChannelLook, Portal, article_path, write_articles

FUTURE = datetime(2099, 1, 1, tzinfo=UTC)  # after every dictionary that a test makes


class Archive:
    """An archive in memory; every page kept is a capture a second later than the one before."""

    def __init__(self, *sites: str) -> None:
        self.connection = sqlite3.connect(":memory:")
        self.connection.execute("PRAGMA foreign_keys = ON")
        migrations.apply(Database(self.connection))
        self.at = datetime(2024, 1, 1, tzinfo=UTC)
        for site in sites or ("site",):
            self.connection.execute(
                "INSERT INTO sites (name, title, platform, timezone) VALUES (?, '', '', '')", [site]
            )
            self.connection.execute(
                "INSERT INTO runs (uid, site, kind, arguments, started_at) VALUES (?, ?, 'crawl', '{}', '')",
                (site, site),
            )

    def keep(self, url: str, body: bytes, site: str = "site") -> bytes:
        self.connection.execute("INSERT INTO addresses (site, url) VALUES (?, ?) ON CONFLICT DO NOTHING", (site, url))
        ((address,),) = self.ask("SELECT id FROM addresses WHERE site = ? AND url = ?", site, url)
        digest = store_payload(self.connection, site, address, body)
        self.at += timedelta(seconds=1)
        self.connection.execute(
            "INSERT INTO captures (run_id, address_id, fetched_at, status, headers, payload_digest) "
            "SELECT id, ?, ?, 200, NULL, ? FROM runs WHERE site = ?",
            (address, self.at.isoformat(timespec="microseconds"), digest, site),
        )
        return digest

    def load(self, digest: bytes) -> bytes:
        return load_payload(self.connection, digest)

    def ask(self, sql: str, *values: object) -> list[tuple]:
        return self.connection.execute(sql, values).fetchall()

    def encodings(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT encoding FROM payloads ORDER BY rowid")]

    def stored(self, digest: bytes) -> tuple[str, int]:
        """Return encoding and stored bytes of a payload."""
        return self.ask("SELECT encoding, length(data) FROM payloads WHERE digest = ?", digest)[0]

    def base(self, digest: bytes) -> bytes | None:
        return self.ask("SELECT base_digest FROM payloads WHERE digest = ?", digest)[0][0]

    def damage(self, sql: str, *values: object) -> None:
        self.connection.commit()
        self.connection.execute("PRAGMA foreign_keys = OFF")
        assert self.connection.execute(sql, values).rowcount == 1

    def deepest_chain(self) -> int:
        return self.ask(
            "SELECT count(*) FROM payloads p JOIN payloads b ON b.digest = p.base_digest WHERE b.base_digest NOT NULL"
        )[0][0]


def make_portal(count: int = 60, padding: int = 74_000, seed: int = 4) -> Portal:
    return Portal(write_articles(count, ["tin"], seed), {"tin": ChannelLook("Tin")}, padding=padding)


def make_pages(count: int, padding: int = 20_000, seed: int = 4) -> list[bytes]:
    portal = make_portal(count, padding, seed)
    return [portal.answer(article_path(article)).body for article in portal.listed()]


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture(scope="module")
def pages() -> list[bytes]:
    return make_pages(SAMPLES + 10)


@pytest.fixture
def three(archive: Archive, pages: list[bytes]) -> dict[str, bytes]:
    """The digests of a payload of each encoding; the delta stands on the last."""
    digests = [archive.keep(f"/{number}", page) for number, page in enumerate(pages)]
    delta = archive.keep(f"/{len(pages) - 1}", pages[-1].replace(b"View count: ", b"View count: 1"))
    assert archive.base(delta) == digests[-1]
    return {"plain": digests[0], "dictionary": digests[-1], "delta": delta}


def test_same_bytes_are_one_row(archive: Archive) -> None:
    body = b"<html>" * 50
    assert archive.keep("/a", body) == archive.keep("/a", body) == archive.keep("/b", body)
    assert archive.ask("SELECT digest, size, encoding, dictionary_digest, base_digest FROM payloads") == [
        (hashlib.sha256(body).digest(), 300, "plain", None, None)
    ]


def test_a_payload_of_another_address_serves_as_base(archive: Archive, pages: list[bytes]) -> None:
    first = archive.keep("/a", pages[0])
    archive.keep("/b", pages[0])
    assert archive.base(archive.keep("/b", pages[0] + b"!")) == first


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=3000)), max_size=12))
def test_random_bytes_come_back(kept: list[tuple[str, bytes]]) -> None:
    archive = Archive()
    digests = [archive.keep(url, body) for url, body in kept]
    assert [archive.load(digest) for digest in digests] == [body for _, body in kept]
    assert list(check_payloads(archive.connection)) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30_000), st.integers(0, 5_000), st.binary(max_size=500)))
)
def test_mutated_pages_come_back_and_no_delta_stands_on_a_delta(
    pages: list[bytes], edits: list[tuple[str, int, int, bytes]]
) -> None:
    archive, page, kept = Archive(), pages[0], {}
    for url, start, length, text in edits:
        page = page[:start] + text + page[start + length :]
        kept[archive.keep(url, page)] = page
    assert {digest: archive.load(digest) for digest in kept} == kept
    assert archive.deepest_chain() == 0


def test_hundredth_capture_costs_what_has_moved() -> None:
    archive, portal = Archive(), make_portal()
    path = article_path(portal.listed()[5])
    first = portal.answer(path).body
    assert 80_000 < len(first) < 97_000
    archive.keep(path, first)
    for number in range(2, 101):
        body = first.replace(b"View count: ", b"View count: %d" % number).replace(b"p_auth=", b"p_auth=%d" % number)
        digest = archive.keep(path, body)
    encoding, stored = archive.stored(digest)
    assert encoding == "delta"
    assert stored < 300 < 0.02 * len(body)


def test_captures_of_a_replica_page_cost_two_percent_of_it() -> None:
    archive, portal = Archive(), make_portal()
    path = article_path(portal.listed()[5])
    archive.keep(path, portal.answer(path).body)
    for _ in range(99):
        body = portal.answer(path).body
        digest = archive.keep(path, body)
    assert archive.stored(digest)[1] < 0.02 * len(body)
    total = archive.ask("SELECT sum(length(data)) FROM payloads")[0][0]
    assert total < 99 * 0.02 * len(body)


def test_a_page_that_drifted_is_a_new_base(archive: Archive) -> None:
    chance = random.Random(1)
    blocks = [chance.randbytes(500).hex().encode() for _ in range(40)]
    digests = []
    for number in range(40):
        blocks[number] = chance.randbytes(500).hex().encode()
        digests.append(archive.keep("/", b"".join(blocks)))
    bases = [archive.base(digest) or digest for digest in digests]
    assert 3 <= len(set(bases)) <= 8
    assert archive.deepest_chain() == 0
    assert bases == sorted(bases, key=bases.index)  # once left, a base is not taken again


def test_an_error_page_costs_no_new_base(archive: Archive, pages: list[bytes]) -> None:
    good = archive.keep("/", pages[0])
    archive.keep("/", b"<html>down for maintenance</html>")
    archive.keep("/", b"")
    assert archive.base(archive.keep("/", pages[0] + b"!")) == good


def test_bodies_that_say_nothing_do_not_hide_the_base(archive: Archive, pages: list[bytes]) -> None:
    good = archive.keep("/", pages[0])
    for _ in range(20):
        archive.keep("/", b"")
    assert archive.base(archive.keep("/", pages[0] + b"!")) == good


def test_a_dictionary_is_trained_once_and_used(archive: Archive, pages: list[bytes]) -> None:
    digests = [archive.keep(f"/{number}", page) for number, page in enumerate(pages)]
    plain = SAMPLES + 1  # the page that has it trained is written down before
    assert archive.encodings() == ["plain"] * plain + ["dictionary"] * (len(pages) - plain)
    assert len(archive.ask("SELECT * FROM dictionaries WHERE site = 'site'")) == 1
    costs = [archive.stored(digest)[1] for digest in digests]
    assert 3 * max(costs[plain:]) < min(costs[:plain])
    assert [archive.load(digest) for digest in digests] == pages


def test_first_captures_of_large_pages_are_small(archive: Archive) -> None:
    pages = make_pages(SAMPLES + 10, padding=84_000)
    costs = [archive.stored(archive.keep(f"/{number}", page))[1] for number, page in enumerate(pages)]
    assert max(costs[SAMPLES + 1 :]) < 5_000


def test_same_pages_train_the_same_dictionary(pages: list[bytes]) -> None:
    made = []
    for _ in range(2):
        archive = Archive()
        for number, page in enumerate(pages):
            archive.keep(f"/{number}", page)
        made.append(archive.ask("SELECT digest, data FROM dictionaries"))
    assert made[0] == made[1]


def test_sites_with_the_same_pages_have_a_dictionary_each(pages: list[bytes]) -> None:
    archive = Archive("a", "b")
    for site in ("a", "b"):
        for number, page in enumerate(pages):
            archive.keep(f"/{number}", page + (b"" if number < SAMPLES else site.encode()), site)
    assert archive.ask("SELECT site FROM dictionaries ORDER BY made_at") == [("a",), ("b",)]


def test_a_new_design_gets_a_new_dictionary(archive: Archive, pages: list[bytes]) -> None:
    for number, page in enumerate(pages):
        archive.keep(f"/{number}", page)
    archive.at = FUTURE
    chance = random.Random(2)
    words = [chance.randbytes(4).hex().encode() for _ in range(2_000)]
    boilerplate = b" ".join(chance.choices(words, k=2_000))
    for number in range(SAMPLES + 5):
        digest = archive.keep(f"/new/{number}", boilerplate + b" ".join(chance.choices(words, k=20)))
    newest = archive.ask("SELECT digest FROM dictionaries ORDER BY made_at")
    assert len(newest) == 2
    assert archive.ask("SELECT dictionary_digest FROM payloads WHERE digest = ?", digest) == newest[1:]
    assert list(check_payloads(archive.connection)) == []


def test_pictures_train_nothing(archive: Archive) -> None:
    chance = random.Random(3)
    for number in range(SAMPLES + 5):
        archive.keep(f"/{number}", chance.randbytes(2_000))
    assert archive.ask("SELECT * FROM dictionaries") == []


def test_pages_too_much_alike_train_at_most_one(archive: Archive) -> None:
    for number in range(SAMPLES + 20):
        archive.keep(f"/{number}", b"a" * 1_000 + b"%d" % number)
    assert len(archive.ask("SELECT * FROM dictionaries")) <= 1
    assert list(check_payloads(archive.connection)) == []


def test_two_archives_are_kept_at_once(pages: list[bytes]) -> None:
    others = make_pages(len(pages), padding=5_000, seed=9)
    one, two = Archive(), Archive()
    for number, (page, other) in enumerate(zip(pages, others, strict=True)):
        digest, twin = one.keep(f"/{number}", page), two.keep(f"/{number}", other)
        assert one.load(digest) == page
        assert two.load(twin) == other
        with pytest.raises(ArchiveError, match="not in the archive"):
            two.load(digest)
    assert one.ask("SELECT digest FROM dictionaries") != two.ask("SELECT digest FROM dictionaries")
    assert (one.encodings()[-1], two.encodings()[-1]) == ("dictionary", "dictionary")


def expect_broken(archive: Archive, digest: bytes, reason: str) -> None:
    with pytest.raises(ArchiveError, match=f"^payload {digest.hex()} is damaged: .*{reason}"):
        archive.load(digest)
    assert digest.hex() in "\n".join(check_payloads(archive.connection))


def test_a_payload_that_is_not_there(archive: Archive) -> None:
    with pytest.raises(ArchiveError, match=f"payload {'00' * 32} is not in the archive"):
        archive.load(bytes(32))


@pytest.mark.parametrize("encoding", ["plain", "dictionary", "delta"])
def test_every_damaged_byte_is_noticed(archive: Archive, three: dict[str, bytes], encoding: str) -> None:
    digest = three[encoding]
    data, body = archive.ask("SELECT data FROM payloads WHERE digest = ?", digest)[0][0], archive.load(digest)
    assert archive.stored(digest)[0] == encoding
    missed = 0
    for place in range(0, len(data), 1 + len(data) // 200):
        broken = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
        archive.damage("UPDATE payloads SET data = ? WHERE digest = ?", broken, digest)
        try:
            assert archive.load(digest) == body
        except ArchiveError as error:
            assert digest.hex() in str(error)  # noqa: PT017 - a flag that changes no byte is no damage
        else:
            missed += 1
    assert missed <= 2


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x28\xb5\x2f\xfd"])
def test_a_payload_that_is_no_frame_is_named(archive: Archive, three: dict[str, bytes], data: bytes) -> None:
    archive.damage("UPDATE payloads SET data = ? WHERE digest = ?", data, three["plain"])
    expect_broken(archive, three["plain"], "")
    assert len(list(check_payloads(archive.connection))) == 1


def test_a_cut_payload_is_named(archive: Archive, three: dict[str, bytes]) -> None:
    archive.damage("UPDATE payloads SET data = substr(data, 1, length(data) - 9) WHERE digest = ?", three["plain"])
    expect_broken(archive, three["plain"], "")


def test_bytes_of_another_payload_are_noticed(archive: Archive) -> None:
    first, second = archive.keep("/a", b"one" * 99), archive.keep("/b", b"two" * 99)
    archive.damage(
        "UPDATE payloads SET data = (SELECT data FROM payloads WHERE digest = ?) WHERE digest = ?", second, first
    )
    expect_broken(archive, first, "its bytes have another digest")


def test_a_size_that_is_not_so_is_noticed_before_it_is_taken(archive: Archive, three: dict[str, bytes]) -> None:
    archive.damage("UPDATE payloads SET size = size + 1 WHERE digest = ?", three["plain"])
    expect_broken(archive, three["plain"], "its size is not the one written down")


def test_a_missing_base_is_named(archive: Archive, three: dict[str, bytes]) -> None:
    archive.damage("DELETE FROM payloads WHERE digest = ?", three["dictionary"])
    expect_broken(archive, three["delta"], f"payload {three['dictionary'].hex()} is not in the archive")


def test_a_damaged_base_breaks_what_stands_on_it(archive: Archive, three: dict[str, bytes]) -> None:
    archive.damage("UPDATE payloads SET data = x'00' WHERE digest = ?", three["dictionary"])
    expect_broken(archive, three["delta"], f"payload {three['dictionary'].hex()}, on which it stands")
    assert len(list(check_payloads(archive.connection))) == 2


def test_a_circle_of_deltas_is_damage(archive: Archive, three: dict[str, bytes]) -> None:
    delta = three["delta"]
    archive.damage("UPDATE payloads SET base_digest = digest WHERE digest = ?", delta)
    expect_broken(archive, delta, "on which it stands, cannot be had: it stands on too many others, one on another$")


def test_deltas_on_deltas_are_read_and_written_whole(archive: Archive) -> None:
    """Versions before schema 6 made such chains when they merged, and could not read them."""
    bodies = [b"<p>%d</p>" % number + random.Random(1).randbytes(3000) for number in range(4)]
    digests = [archive.keep(f"/{number}", body) for number, body in enumerate(bodies)]
    for below, above in pairwise(range(4)):
        base = zstandard.ZstdCompressionDict(bodies[below], dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        packed = zstandard.ZstdCompressor(dict_data=base).compress(bodies[above])
        change = "UPDATE payloads SET encoding = 'delta', base_digest = ?, data = ? WHERE digest = ?"
        archive.damage(change, digests[below], packed, digests[above])
    assert archive.deepest_chain() == 2
    assert [archive.load(digest) for digest in digests] == bodies
    write_chains_whole(archive.connection)
    assert archive.deepest_chain() == 0
    assert [archive.load(digest) for digest in digests] == bodies


def test_a_missing_dictionary_is_named(archive: Archive, three: dict[str, bytes]) -> None:
    dictionary = archive.ask("SELECT digest FROM dictionaries")[0][0]
    archive.damage("DELETE FROM dictionaries WHERE digest = ?", dictionary)
    expect_broken(archive, three["dictionary"], f"dictionary {dictionary.hex()} is not in the archive")


@pytest.mark.parametrize(
    "data", [b"", b"nonsense", b"\x28\xb5\x2f\xfd\x20\x00\x01\x00\x00", b"\x28\xb5\x2f\xfd\xe0" + b"\x0f" * 20]
)
def test_a_damaged_dictionary_is_named(archive: Archive, three: dict[str, bytes], data: bytes) -> None:
    dictionary = archive.ask("SELECT digest FROM dictionaries")[0][0]
    archive.damage("UPDATE dictionaries SET data = ?", data)
    expect_broken(archive, three["dictionary"], f"dictionary {dictionary.hex()} is damaged")


@pytest.mark.parametrize("table", ["payloads", "dictionaries"])
def test_a_crawl_goes_on_beside_damage(
    archive: Archive, three: dict[str, bytes], pages: list[bytes], table: str
) -> None:
    digest = three["dictionary"] if table == "payloads" else archive.ask("SELECT digest FROM dictionaries")[0][0]
    archive.damage(f"UPDATE {table} SET data = x'00' WHERE digest = ?", digest)
    body = pages[-1] + b"!"
    assert archive.load(archive.keep(f"/{len(pages) - 1}", body)) == body


def test_a_damaged_dictionary_is_replaced(archive: Archive, three: dict[str, bytes]) -> None:
    archive.damage("UPDATE dictionaries SET data = x'00'")
    archive.at = FUTURE
    for number, page in enumerate(make_pages(SAMPLES + 5, padding=10_000, seed=8)):
        digest = archive.keep(f"/new/{number}", page)
    assert archive.stored(digest)[0] == "dictionary"
    assert archive.load(digest)
