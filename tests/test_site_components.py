"""What a site adds to Scrapy's components with custom_settings, and plain spiders beside our sites."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.crawl.components import COMPONENTS
from archiver.crawl.running.execution import load_spiders
from archiver.crawl.running.project_settings import project_settings
from archiver.crawl.spider import CommitteeSpider
from tests.conftest import FAST, PROJECT, Crawling, Done
from tests.portal import Portal, article_path, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
SITE = """
from archiver.crawl.spider import CommitteeSpider

class Mot(CommitteeSpider):
    name, title, platform = "mot", "Cổng thứ nhất", "liferay_hanoi"
    listings = ("{base}/cong-tac-doan-hoi",)
    custom_settings = {settings}
"""
# Each writes down that it was there.
PARTS = """
from pathlib import Path
from scrapy import signals

HERE = Path(__file__).parent

def note(line):
    with (HERE / "notes.txt").open("a", encoding="utf-8") as notes:
        notes.write(f"{line}\\n")

class Pipeline:
    def process_item(self, item):
        note(f"item {item['article_id']} {item['novelty']}")
        return item

class Extension:
    @classmethod
    def from_crawler(cls, crawler):
        extension = cls()
        crawler.signals.connect(extension.open, signals.spider_opened)
        return extension

    def open(self):
        note("opened")

class Downloads:
    def process_request(self, request):
        note("request")

class Output:
    async def process_spider_output(self, response, result):
        note("output")
        async for item in result:
            yield item
"""
ADDED = {
    "ITEM_PIPELINES": {"parts.Pipeline": 500},
    "EXTENSIONS": {"parts.Extension": 500},
    "DOWNLOADER_MIDDLEWARES": {"parts.Downloads": 500},
    "SPIDER_MIDDLEWARES": {"parts.Output": 500},
}
PLAIN = """
import scrapy

class Plain(scrapy.Spider):
    name = "plain"
    start_urls = ["{base}/cong-tac-doan-hoi"]

    def parse(self, response):
        links = response.css("a[href*=view_content]::attr(href)").getall()
        for link in links[:3] * 2:
            yield response.follow(link, self.parse_article)

    def parse_article(self, response):
        yield {{"url": response.url, "status": response.status}}
"""


class Folder:
    """A package of spiders in a folder, crawled into an archive there."""

    def __init__(self, path: Path, base: str, settings: str = "{}") -> None:
        self.path = path
        self.archive = path / "archive.db"
        (path / "sites").mkdir()
        (path / "sites" / "__init__.py").touch()
        (path / "sites" / "mot.py").write_text(SITE.format(base=base, settings=settings), encoding="utf-8")
        (path / "sites" / "plain.py").write_text(PLAIN.format(base=base), encoding="utf-8")
        (path / "parts.py").write_text(PARTS, encoding="utf-8")

    def run(self, *command: str) -> Done:
        places = os.pathsep.join((str(self.path), str(PROJECT)))
        environment = {"PYTHONPATH": places, "PYTHONUTF8": "1", "ARCHIVE_DB": str(self.archive)}
        done = subprocess.run(
            [sys.executable, "-m", *command, "-s", "SPIDER_MODULES=sites", *FAST],
            check=False,
            cwd=PROJECT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    @property
    def notes(self) -> list[str]:
        return (self.path / "notes.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def portal() -> Portal:
    return demo_portal()


@pytest.fixture(scope="module")
def base(portal: Portal) -> Iterator[str]:
    with serve(portal) as base:
        yield base


def test_what_a_site_adds_stands_beside_what_is_ours(tmp_path: Path, base: str, portal: Portal) -> None:
    folder = Folder(tmp_path, base, repr(ADDED))
    done = folder.run("archiver", "crawl", "mot")
    assert (done.status, done.err) == (0, "")
    keys = sorted(str(article.id) for article in portal.listed(CHANNEL))
    assert sorted(note for note in folder.notes if note.startswith("item")) == [f"item {key} new" for key in keys]
    assert {note.split()[0] for note in folder.notes} == {"item", "opened", "request", "output"}
    crawling = Crawling(tmp_path)
    assert crawling.query("SELECT article_id FROM current_articles ORDER BY 1") == [{"article_id": key} for key in keys]


def test_parse_hands_items_to_the_pipelines_of_a_site_alone(tmp_path: Path, base: str, portal: Portal) -> None:
    article = portal.listed(CHANNEL)[0]
    folder = Folder(tmp_path, base, repr({"ITEM_PIPELINES": ADDED["ITEM_PIPELINES"]}))
    done = folder.run("scrapy", "parse", "--pipelines", base + article_path(article))  # found by its host
    assert (done.status, done.err) == (0, "")
    assert folder.notes == [f"item {article.id} None"]
    assert not folder.archive.exists()


def test_components_may_be_classes_and_stand_elsewhere() -> None:
    class Mine:
        """A component."""

    class Own(CommitteeSpider):
        """A site that puts one of ours in another place, and adds one of its own."""

        name, title, platform = "own", "Own", "generic"
        custom_settings = {"ITEM_PIPELINES": {Mine: 500, "archiver.crawl.pipelines.ArchivePipeline": 250}}  # noqa: RUF012

    settings = project_settings(ARCHIVE_ENABLED=True)
    Own.update_settings(settings)
    assert dict(settings["ITEM_PIPELINES"]) == COMPONENTS["ITEM_PIPELINES"] | {
        "archiver.crawl.pipelines.ArchivePipeline": 250,
        Mine: 500,
    }


def test_what_a_project_adds_is_there_too_and_the_command_line_is_all() -> None:
    spider = load_spiders(project_settings())["sotttt"]
    settings = project_settings(ARCHIVE_ENABLED=True)
    settings.set("EXTENSIONS", {"scrapy.extensions.memusage.MemoryUsage": 7}, priority="project")
    settings.set("ITEM_PIPELINES", {"parts.Pipeline": 1}, priority="cmdline")
    spider.update_settings(settings)
    assert dict(settings["EXTENSIONS"]) == COMPONENTS["EXTENSIONS"] | {"scrapy.extensions.memusage.MemoryUsage": 7}
    assert dict(settings["ITEM_PIPELINES"]) == {"parts.Pipeline": 1}


TAKEN_OUT = [(name, path) for name, ours in COMPONENTS.items() for path, place in ours.items() if place is not None]
WRONG = {
    "no such class": ("{'ITEM_PIPELINES': {'parts.Nothing': 500}}", "ITEM_PIPELINES: parts.Nothing cannot be loaded: "),
    "no number": ("{'EXTENSIONS': {'parts.Extension': 'first'}}", "EXTENSIONS has 'first' for parts.Extension; write "),
    "a list": (
        "{'EXTENSIONS': ['parts.Extension']}",
        "EXTENSIONS = ['parts.Extension']; write {'package.module.Class'",
    ),
}


@pytest.mark.parametrize(("name", "path"), TAKEN_OUT)
def test_what_is_ours_cannot_be_taken_out(name: str, path: str) -> None:
    class Own(CommitteeSpider):
        """A site that takes out a component."""

        custom_settings = {name: {path: None}}  # noqa: RUF012

    Own.name = "own"
    line = f"site own: {name} takes out {path}, without which nothing is archived; leave that line out"
    with pytest.raises(Exception, match=line.replace("(", r"\(")):
        Own.update_settings(project_settings(ARCHIVE_ENABLED=True))


COMMANDS = {"scrapy crawl": ("scrapy", "crawl"), "archiver": ("archiver", "crawl"), "scrapy parse": ("scrapy", "parse")}


@pytest.mark.parametrize("program", COMMANDS)
def test_a_site_that_takes_something_out_is_told_before_the_first_request(
    tmp_path: Path, base: str, portal: Portal, program: str
) -> None:
    name, path = TAKEN_OUT[0]
    folder = Folder(tmp_path, base, repr({name: {path: None}}))
    before = len(portal.requests)
    done = folder.run(*COMMANDS[program], f"{base}/{CHANNEL}" if program == "scrapy parse" else "mot")
    line = f"site mot: {name} takes out {path}, without which nothing is archived; leave that line out\n"
    assert (done.status, done.err) == (2, f"{program}: {line}")
    assert (len(portal.requests), folder.archive.exists()) == (before, False)


@pytest.mark.parametrize("name", WRONG)
def test_components_that_cannot_be_are_told_in_one_line(tmp_path: Path, base: str, name: str) -> None:
    settings, said = WRONG[name]
    done = Folder(tmp_path, base, settings).run("archiver", "crawl", "mot")
    assert (done.status, done.err.startswith(f"archiver: site mot: {said}"), done.err.count("\n")) == (2, True, 1)


def test_a_plain_spider_runs_as_scrapy_runs_it(tmp_path: Path, base: str, portal: Portal) -> None:
    """It follows robots.txt, asks for no address twice, says what Scrapy says, and leaves no archive."""
    folder = Folder(tmp_path, base)
    before = len(portal.requests)
    done = folder.run("scrapy", "crawl", "plain", "-O", str(tmp_path / "out.jsonl"))
    assert done.status == 0
    items = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len(items) == len({item["url"] for item in items}) > 1
    assert len(portal.requests) - before == 2 + len(items)  # and robots.txt, the listing
    assert "Dumping Scrapy stats" in done.err
    assert "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware" in done.err
    ours = re.findall(r"archiver\.crawl\.(\w+)", done.err)
    assert set(ours) <= {"commands", "transport", "site_loader"}
    assert not folder.archive.exists()


def test_the_list_names_both_and_the_archive_knows_ours(tmp_path: Path, base: str) -> None:
    folder = Folder(tmp_path, base)
    assert folder.run("scrapy", "list").out.split() == ["mot", "plain", "site"]
    assert [*load_spiders(project_settings())] == ["dukdhcd", "sotttt"]
    done = folder.run("archiver", "crawl", "plain")
    line = "archiver: plain is a spider of Scrapy's own kind and has no archive; use: scrapy crawl plain\n"
    assert (done.status, done.err) == (2, line)
