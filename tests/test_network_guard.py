"""A crawl asks the hosts it was started for, at public addresses, and nobody else; nobody can ask the crawl."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request
from scrapy.utils.test import get_crawler
from twisted.internet.address import IPv4Address, IPv6Address

from archiver.crawl.running.execution import find_spider
from archiver.crawl.running.project_settings import project_settings
from archiver.crawl.spider import CommitteeSpider
from archiver.crawl.transport.hosts import HostGuard
from archiver.crawl.transport.resolver import AddressGuard, is_public, read_door
from tests.conftest import FAST, PROJECT, Crawling, Done
from tests.portal import Portal, Response, article_path, demo_portal, serve
from tests.test_crawl_faults import CHANNEL, _wait_for
from tests.troubled_portal import start_of

PUBLIC = "93.184.216.34"
NAME = "cong.example"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2001:4860:4860::8888", "64:ff9b::8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    "127.0.0.1 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.254 192.168.1.1 169.254.169.254 100.64.0.1 "
    "100.127.255.254 0.0.0.0 0.1.2.3 255.255.255.255 224.0.0.1 239.1.1.1 240.0.0.1 198.18.0.1 192.0.2.1 ::1 :: "
    "fe80::1 fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 "
    "64:ff9b::7f00:1 64:ff9b::10.0.0.1 2002:7f00:1:: 2002:a00:1:: 2001:db8::1".split(),
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


class Names:
    """What a resolver is to Twisted; gives one list of addresses after the other, the last one again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    def resolveHostName(self, receiver: Any, name: str, port: int, types: Any, semantics: str) -> object:  # noqa: N802
        answers = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        receiver.resolutionBegan(self)
        for address in answers:
            kind = IPv6Address if ip_address(address).version == 6 else IPv4Address
            receiver.addressResolved(kind("TCP", address, port))
        receiver.resolutionComplete()
        return self


@dataclass
class Receiver:
    addresses: list[str] = field(default_factory=list)
    done: bool = False

    def resolutionBegan(self, resolution: object) -> None: ...  # noqa: N802

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        self.done = True


def _look_up(guard: AddressGuard, port: int = 80, name: str = NAME) -> list[str]:
    receiver = Receiver()
    guard.resolveHostName(receiver, name, portNumber=port)
    assert receiver.done
    return receiver.addresses


DOOR = (NAME, 80)


@pytest.mark.parametrize("doors", [set(), {DOOR}])
def test_a_name_that_was_public_never_leads_inside(doors: set[tuple[str, int]]) -> None:
    guard = AddressGuard(Names([PUBLIC], ["127.0.0.1"], [PUBLIC, "10.0.0.1", "::1"]), lambda: doors)
    assert _look_up(guard) == [PUBLIC]
    assert guard.refused == {}
    assert _look_up(guard) == []
    assert guard.refused == {DOOR: "127.0.0.1"}
    assert _look_up(guard) == [PUBLIC]
    assert guard.refused == {DOOR: "10.0.0.1, ::1"}


def test_a_door_leads_to_where_it_led_first() -> None:
    guard = AddressGuard(Names(["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"], [PUBLIC]), lambda: {DOOR})
    assert [_look_up(guard) for _ in range(4)] == [["127.0.0.1"], ["127.0.0.1"], [], [PUBLIC]]
    assert _look_up(AddressGuard(Names(["127.0.0.1"]), lambda: {DOOR}), port=8080) == []
    assert _look_up(AddressGuard(Names(["127.0.0.1"]), set)) == []


@pytest.mark.parametrize("url", ["http://Cổng.example/", "http://xn--cng-qmz.example:80/", "http://CỔNG.example/a?b"])
def test_a_door_is_known_in_every_spelling(url: str) -> None:
    door = read_door(url)
    assert door == ("xn--cng-qmz.example", 80)
    for name in ("cổng.example", "xn--cng-qmz.example", "XN--CNG-QMZ.example"):
        assert _look_up(AddressGuard(Names(["127.0.0.1"]), lambda: {door}), name=name) == ["127.0.0.1"]
        guard = AddressGuard(Names(["127.0.0.1"]), set)
        assert (_look_up(guard, name=name), guard.refused) == ([], {door: "127.0.0.1"})


def test_the_proxy_of_the_environment_may_be_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{NAME}:3128")
    assert _look_up(AddressGuard(Names(["10.0.0.1"]), set), port=3128) == ["10.0.0.1"]


# A world of its own for a process: names lead where a test says, public addresses lie on this machine, and every
# connection is written down. Python runs a module of this name before anything else.
WORLD = """
import errno, json, os, socket
world = json.loads(os.environ["WORLD"])
connect, lookups = socket.socket.connect_ex, {}

def find(name):
    answers = world["names"].get(name)
    if answers is None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    lookups[name] = lookups.get(name, 0) + 1
    return answers[min(lookups[name], len(answers)) - 1]

def go(self, address):
    with open(world["log"], "a") as log:
        print(address[0], address[1], file=log)
    here = world["here"] if address[0] == world["public"] else address[0]
    return connect(self, (here, *address[1:])) if here.startswith("127.") else errno.ENETUNREACH

socket.gethostbyname, socket.socket.connect_ex = find, go
"""
SITE = """
from archiver.crawl.spider import CommitteeSpider

class Cong(CommitteeSpider):
    name, title, platform = "cong", "Cổng thông tin", "liferay_hanoi"
    listings = ({listings},)
"""


class World:
    """Crawls of a site declared for a test, in a process for which names lead where the test wants them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.crawling = Crawling(folder)
        (folder / "sitecustomize.py").write_text(WORLD, encoding="utf-8")

    def crawl(self, start: str, names: dict[str, list[str]], *more: str, by_hand: bool = False) -> Done:
        """Crawl listings, given by hand or as declared; numbers stand for themselves among the names."""
        (self.folder / "cong_sites.py").write_text(
            SITE.format(listings=", ".join(repr(url) for url in start.split(","))), encoding="utf-8"
        )
        world = {"names": names, "public": PUBLIC, "here": "127.0.0.1", "log": str(self.folder / "log")}
        return self.crawling.run(
            *("scrapy", "crawl", "cong", *FAST, "-s", "SPIDER_MODULES=cong_sites", "-s", "RETRY_TIMES=0"),
            *(("-a", f"start={start}") if by_hand else ()),
            *more,
            WORLD=json.dumps(world),
            PYTHONPATH=str(self.folder),
        )

    def connections(self) -> set[str]:
        """The addresses to which a connection was opened, or tried."""
        log = self.folder / "log"
        return {line.split()[0] for line in log.read_text().splitlines()} if log.exists() else set()

    def kinds(self) -> set[object]:
        return {row["kind"] for row in self.crawling.query("SELECT kind FROM findings")}

    def articles(self) -> int:
        return len(self.crawling.query("SELECT 1 FROM current_articles"))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def _named(portal: Portal, base: str) -> str:
    return start_of(portal, f"http://{NAME}:{urlsplit(base).port}")


@pytest.mark.parametrize(
    ("answers", "by_hand", "allowed"),
    [
        (["127.0.0.1"], False, False),
        pytest.param(["127.0.0.1"], True, True, marks=pytest.mark.slow),
        ([PUBLIC], False, True),
        pytest.param(["169.254.169.254"], False, False, marks=pytest.mark.slow),
    ],
)
def test_a_declared_name_leads_to_public_addresses(
    world: World, answers: list[str], by_hand: bool, allowed: bool
) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        done = world.crawl(_named(portal, base), {NAME: answers}, by_hand=by_hand)
    if allowed:
        assert (done.status, world.articles(), world.connections()) == (0, 24, set(answers))
    else:
        assert (done.status, world.articles(), world.connections()) == (1, 0, set())
        assert portal.requests == []
        assert answers[0] in done.err + str(world.crawling.query("SELECT detail FROM findings"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_declared_address_of_this_machine_is_meant(world: World, host: str) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        start = start_of(portal, f"http://{host}:{urlsplit(base).port}")
        assert world.crawl(start, {host: ["127.0.0.1"]}).status == 0
    assert world.articles() == 24


@pytest.mark.parametrize("by_hand", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_name_that_turns_inside_during_a_crawl(world: World, by_hand: bool) -> None:
    """DNS rebinding: eight answers of the name are public, then all lead to this machine; nothing connects to it."""
    portal = demo_portal()
    portal.outage = lambda target: replace(
        portal.page(target), headers=(*Response(200).headers, ("Connection", "close"))
    )
    with serve(portal) as base:
        # Of some addresses that fail in a row the crawl may take the host to be down; one after the other, so that the
        # ninth answer is that to the ninth request.
        settings = ("-s", "DNSCACHE_ENABLED=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        done = world.crawl(_named(portal, base), {NAME: [PUBLIC] * 8 + ["127.0.0.1"]}, *settings, by_hand=by_hand)
    assert (done.status, len(portal.requests), world.connections()) == (3, 8, {PUBLIC})
    assert world.kinds() == {"private_address"}
    assert world.articles() == sum("/view_content/" in request.path for request in portal.requests) > 0
    assert "Retrying" not in done.err


def test_a_name_that_leads_nowhere(world: World) -> None:
    done = world.crawl(f"http://{NAME}/tin", {})
    assert (done.status, world.connections()) == (1, set())
    assert "Traceback" not in done.err
    details = [str(row["detail"]) for row in world.crawling.query("SELECT detail FROM findings")]
    assert details == [f"cannot find {NAME.partition(':')[0]}: check the spelling or your connection"]


SPELLINGS = (
    *("127.0.0.1", "localhost", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"),
    *("0", "0.0.0.0", "169.254.169.254", "10.0.0.1", "100.64.0.1", "127.0.0.1.", "127。0。0。1", "user@127.0.0.1"),
)


def _lead(portal: Portal, to: Callable[[str], str], *, busy_first: bool) -> dict[str, str]:
    """Let articles redirect to hosts in many spellings; return the keys of the articles by spelling.

    Only a few are busy first: after ten busy answers in a row a crawl would wait.
    """
    articles = dict(zip(SPELLINGS[: 6 if busy_first else None], portal.listed(), strict=False))
    seen: set[str] = set()

    def answer(target: str) -> Response | None:
        for spelling, article in articles.items():
            if f"/{article.id}-" in target:
                first = target not in seen
                seen.add(target)
                if busy_first and first:
                    return Response(503, b"busy")
                return Response(302, b"", (("Location", to(spelling).encode().decode("latin-1") + target),))
        return None

    portal.outage = answer
    return {spelling: str(article.id) for spelling, article in articles.items()}


@pytest.mark.parametrize("busy_first", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_redirects_lead_to_no_other_host(crawling: Crawling, busy_first: bool) -> None:
    """Nor to another port of this one; a busy answer before changes nothing, as it does in Scrapy."""
    portal, canary = demo_portal(), demo_portal()
    with serve(portal) as base, serve(canary) as elsewhere:
        port = urlsplit(elsewhere).port
        keys = _lead(portal, lambda spelling: f"http://{spelling}:{port}", busy_first=busy_first)
        done = crawling.scrapy("dukdhcd", start_of(portal, base))
    assert (done.status, canary.requests) == (3, [])
    found = crawling.query("SELECT kind, url FROM findings")
    told = {spelling: [row["kind"] for row in found if f"/{key}-" in str(row["url"])] for spelling, key in keys.items()}
    assert {spelling: kinds for spelling, kinds in told.items() if len(kinds) != 1} == {}
    assert {kind for kinds in told.values() for kind in kinds} <= {"redirect_offsite", "redirect_nowhere"}
    assert len(crawling.query("SELECT 1 FROM current_articles")) == 24 - len(keys)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:8001/robots.txt", True),
        ("http://127.0.0.1:8002/robots.txt", False),
        ("https://127.0.0.1:8001/", True),
        ("http://127.0.0.1/", False),
        ("http://2130706433:8001/", False),
        ("http://localhost:8001/", False),
        ("http://[::ffff:127.0.0.1]:8001/", False),
    ],
)
def test_no_request_leaves_for_another_host_whoever_makes_it(url: str, allowed: bool) -> None:
    """The last look at every request, behind those at redirects; ``dont_filter`` gets nobody past it."""
    crawler = get_crawler(CommitteeSpider)
    crawler.spider = find_spider(project_settings(), "dukdhcd")(start="http://127.0.0.1:8001/tin")
    with nullcontext() if allowed else pytest.raises(IgnoreRequest):
        HostGuard(crawler).process_request(Request(url, dont_filter=True))


def test_redirects_lead_to_another_host_of_the_crawl(crawling: Crawling) -> None:
    """The twin: where the other server is a start address itself, one redirect makes one request there."""
    portal, canary = demo_portal(), demo_portal()
    article = portal.listed()[0]
    canary.answers["/"] = Response(200, b"<html></html>")
    with serve(portal) as base, serve(canary) as elsewhere:
        portal.answers[article_path(article)] = Response(302, b"", (("Location", elsewhere + article_path(article)),))
        done = crawling.scrapy("dukdhcd", f"{base}/{article.channel},{elsewhere}/")
    assert done.status == 3  # the start page of the other server is no listing
    assert canary.count_requests(article_path(article)) == 1
    stored = crawling.query("SELECT title FROM current_articles WHERE article_id = ?", str(article.id))
    assert len(stored) == 1


@pytest.mark.parametrize("allowed", [False, True])
def test_robots_txt_leads_to_no_other_host(crawling: Crawling, allowed: bool) -> None:
    portal, canary = demo_portal(), demo_portal()
    with serve(portal) as base, serve(canary) as elsewhere:
        portal.answers["/robots.txt"] = Response(302, b"", (("Location", f"{elsewhere}/quy-tac.txt"),))
        start = f"{base}/{CHANNEL}" + (f",{elsewhere}/{CHANNEL}" if allowed else "")
        done = crawling.scrapy("dukdhcd", start)
    assert done.status in (0, 3)
    assert canary.count_requests("/quy-tac.txt") == allowed
    assert allowed or canary.requests == []
    assert crawling.query("SELECT 1 FROM current_articles")


@pytest.mark.parametrize("target", ["file:///etc/hostname", "data:text/html,x"])
def test_start_addresses_are_of_the_web(crawling: Crawling, target: str) -> None:
    done = crawling.scrapy("dukdhcd", target)
    assert (done.status, crawling.path.exists()) == (2, False)
    assert "Traceback" not in done.err


def test_nobody_is_told_what_another_said(crawling: Crawling) -> None:
    """No cookie goes back, and no password on to where a redirect leads."""
    portal = demo_portal()
    article = portal.listed()[0]
    moved = article_path(article).replace(".html", "-da-chuyen.html")
    headers = (("Location", moved), ("Set-Cookie", "JSESSIONID=bi-mat; Path=/"))
    for path in (article_path(article, channel) for channel in article.channels):
        portal.answers[path] = Response(302, b"", headers)
    with serve(portal) as base:
        assert crawling.scrapy("dukdhcd", start_of(portal, base)).status == 0
    names = {name.lower() for request in portal.requests for name, _ in request.headers}
    assert sum(request.path.endswith("-da-chuyen.html") for request in portal.requests) == 1
    assert "user-agent" in names
    assert not names & {"cookie", "authorization"}


def _count_listening(process: subprocess.Popen[str]) -> int:
    """Count the ports on which a process waits for others to call (Linux)."""
    own = {str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()}
    tables = [Path(f"/proc/{process.pid}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    return sum(row[3] == "0A" and f"socket:[{row[9]}]" in own for row in rows)


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads Linux's tables of connections")
@pytest.mark.slow
@pytest.mark.parametrize(("opened", "doors"), [("", 0), ("TELNETCONSOLE_ENABLED", 1), ("REMOTE_CONTROL_ENABLED", 1)])
def test_nobody_can_call_a_crawl(crawling: Crawling, opened: str, doors: int) -> None:
    """Scrapy opens two ports by default, at which anyone on the machine can run code in the crawl."""
    portal = demo_portal()
    command = [sys.executable, "-m", "scrapy", "crawl", "dukdhcd", *FAST, "-s", "DOWNLOAD_DELAY=0.2"]
    command += ["-s", f"{opened}=1", "-s", f"REMOTE_CONTROL_JOBS_DIR={crawling.folder}"] if opened else []
    environment = os.environ | {"ARCHIVE_DB": str(crawling.path)}
    with serve(portal) as base:
        command += ["-a", f"start={start_of(portal, base)}"]
        with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL, text=True) as process:
            _wait_for(portal, 3)
            assert _count_listening(process) == doors
            process.kill()


def test_the_test_sees_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = f"{server.getsockname()[1]:04X}"
        rows = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
        assert [row[3] for row in rows if row[1].endswith(f":{port}")] == ["0A"]
