"""Commands of the scrapy program other than crawl: they show and measure, and leave no archive and no lock."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT, Crawling, Done
from tests.portal import Portal, article_path, demo_portal, serve

CHANNEL = "cong-tac-doan-hoi"
QUICK = ("-s", "DOWNLOAD_DELAY=0")


@pytest.fixture(scope="module")
def portal() -> Portal:
    return demo_portal()


@pytest.fixture(scope="module")
def base(portal: Portal) -> Iterator[str]:
    with serve(portal) as base:
        yield base


@pytest.fixture
def scrapy(tmp_path: Path) -> Iterator[Crawling]:
    """A way to call scrapy after which nothing may be left where the archive would be."""
    folder = tmp_path / "archive"
    folder.mkdir()
    yield Crawling(folder)
    assert list(folder.iterdir()) == []


def _read_items(done: Done) -> list[dict[str, object]]:
    """Read the items that scrapy parse prints."""
    printed = done.out.split("# Scraped Items")[1].split("# Requests")[0]
    items: list[dict[str, object]] = ast.literal_eval(printed[printed.index("\n") :].strip())
    return items


def test_parse_prints_the_record_of_an_article(scrapy: Crawling, base: str, portal: Portal) -> None:
    article = portal.listed(CHANNEL)[0]
    done = scrapy.run("scrapy", "parse", "--spider", "dukdhcd", "--nocolour", *QUICK, base + article_path(article))
    assert (done.status, done.err) == (0, "")
    [item] = _read_items(done)
    assert (item["article_id"], item["title"], item["site"]) == (str(article.id), article.title, "dukdhcd")


def test_parse_prints_the_rows_of_a_listing_and_where_they_lead(scrapy: Crawling, base: str, portal: Portal) -> None:
    done = scrapy.run("scrapy", "parse", "--spider", "dukdhcd", "--nocolour", *QUICK, f"{base}/{CHANNEL}")
    assert (done.status, done.err) == (0, "")
    [item] = _read_items(done)
    rows = item["entries"]
    assert isinstance(rows, list)
    titles = {str(article.id): article.title for article in portal.listed(CHANNEL)}
    assert {row["article_id"]: row["title"] for row in rows}.items() <= titles.items()
    requests = re.findall(r"<GET (\S+)>", done.out)
    assert requests[: len(rows)] == [row["url"] for row in rows]


def test_parse_follows_as_deep_as_it_is_told(scrapy: Crawling, base: str) -> None:
    command = ("scrapy", "parse", "--spider", "dukdhcd", "--nocolour", "--nolinks", "-d", "2", *QUICK)
    first, *others = _read_items(scrapy.run(*command, f"{base}/{CHANNEL}"))
    rows = first["entries"]
    assert isinstance(rows, list)
    assert {row["article_id"] for row in rows} <= {item.get("article_id") for item in others}


def test_parse_says_what_is_wrong_with_a_page(scrapy: Crawling, base: str) -> None:
    done = scrapy.run("scrapy", "parse", "--spider", "dukdhcd", "--nocolour", *QUICK, f"{base}/khong-co")
    problems = ["http_404: answered with status 404"]
    assert (done.status, _read_items(done)) == (0, [{"url": f"{base}/khong-co", "status": 404, "problems": problems}])


def test_parse_recognises_the_platform_of_a_site_without_a_file(scrapy: Crawling, base: str, portal: Portal) -> None:
    article = portal.listed(CHANNEL)[0]
    done = scrapy.run("scrapy", "parse", "--spider", "site", "--nocolour", *QUICK, base + article_path(article))
    assert (done.status, _read_items(done)[0]["article_id"]) == (0, str(article.id))


def test_parse_without_an_answer_fails(scrapy: Crawling) -> None:
    done = scrapy.run("scrapy", "parse", "--spider", "dukdhcd", "-s", "RETRY_TIMES=0", "http://127.0.0.1:9/")
    assert done.status == 1
    assert "No response downloaded" in done.err


def test_shell_has_the_page_that_was_read(scrapy: Crawling, base: str, portal: Portal) -> None:
    article = portal.listed(CHANNEL)[0]
    url = base + article_path(article)
    done = scrapy.run("scrapy", "shell", "--spider", "dukdhcd", *QUICK, "-c", "page.title", url)
    assert (done.status, done.out.strip(), done.err) == (0, article.title, "")


def test_shell_opens_any_address_and_files(scrapy: Crawling, base: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>Tin</h1>", encoding="utf-8")
    for address, code in ((f"{base}/{CHANNEL}", "response.status"), (str(tmp_path / "page.html"), "response.status")):
        done = scrapy.run("scrapy", "shell", *QUICK, "-c", code, address)
        assert (done.status, done.out.strip(), done.err) == (0, "200", "")


def test_fetch_gives_the_page_of_a_site(scrapy: Crawling, base: str, portal: Portal) -> None:
    article = portal.listed(CHANNEL)[0]
    done = scrapy.run("scrapy", "fetch", "--spider", "dukdhcd", "--nolog", *QUICK, base + article_path(article))
    assert (done.status, done.err) == (0, "")
    assert article.title in done.out


def test_check_has_nothing_to_say_of_declarations(scrapy: Crawling) -> None:
    done = scrapy.run("scrapy", "check")
    assert (done.status, done.out) == (0, "")
    assert "Ran 0 contracts" in done.err


CHECKED = '''
from archiver.crawl.spider import CommitteeSpider

class Checked(CommitteeSpider):
    name, title, platform, listings = "checked", "Cổng", "liferay_hanoi", ("{base}/tin",)

    async def parse(self, response, **arguments):
        """Read a page.

        @url {url}
        @returns items {least} 1
        @scrapes article_id title
        """
        async for output in super().parse(response, **arguments):
            yield output
'''


@pytest.mark.parametrize(("least", "status"), [(1, 0), (2, 1)])
def test_check_runs_the_contracts_of_a_site(
    scrapy: Crawling, base: str, portal: Portal, tmp_path: Path, least: int, status: int
) -> None:
    url = base + article_path(portal.listed(CHANNEL)[0])
    written = CHECKED.format(base=base, url=url, least=least)
    (tmp_path / "checked.py").write_text(written.replace(" 2 1", " 2 2"), encoding="utf-8")
    done = scrapy.run("scrapy", "check", "-s", "SPIDER_MODULES=checked", *QUICK, PYTHONPATH=_places(tmp_path))
    assert done.status == status, done.err


@pytest.mark.slow
def test_bench_measures_scrapy_and_not_our_patience(scrapy: Crawling) -> None:
    done = scrapy.run("scrapy", "bench", "-s", "CLOSESPIDER_TIMEOUT=4")
    assert done.status == 0
    counts = [int(number) for number in re.findall(r"Crawled (\d+) pages", done.err)]
    assert counts[-1] > 20  # one a second, with our delay
    assert len(counts) > 3


def test_runspider_says_how_a_site_is_crawled(scrapy: Crawling) -> None:
    done = scrapy.run("scrapy", "runspider", "spiders/sotttt.py", "-L", "ERROR")
    assert "nothing is asked for, since no archive is open; use: scrapy crawl sotttt" in done.err


def _places(folder: Path) -> str:
    return os.pathsep.join((str(folder), str(PROJECT)))


def _generate(folder: Path, *arguments: str) -> Done:
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / "__init__.py").touch()
    settings = ("-s", "NEWSPIDER_MODULE=mine", "-s", "SPIDER_MODULES=mine")
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "genspider", *settings, *arguments],
        check=False,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": _places(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_genspider_writes_a_site_that_can_be_crawled(tmp_path: Path, base: str, portal: Portal) -> None:
    done = _generate(tmp_path, "-t", "committee", "phuong_moi", f"{base}/{CHANNEL}")
    assert (done.status, done.err) == (0, "")
    assert "Created spider 'phuong_moi' using template 'committee'" in done.out
    lines = [line for line in (tmp_path / "mine" / "phuong_moi.py").read_text().splitlines() if line.strip()]
    assert 8 <= len(lines) <= 25
    crawling = Crawling(tmp_path)
    more = ("-s", "SPIDER_MODULES=mine", "-s", "DOWNLOAD_DELAY=0", "-s", "ARCHIVE_ATTACHMENTS=none")
    crawled = crawling.run("archiver", "crawl", "phuong_moi", *more, PYTHONPATH=_places(tmp_path))
    assert crawled.status in (0, 3), crawled.err
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": len(portal.listed(CHANNEL))}]


def test_genspider_takes_a_domain_and_has_scrapys_templates_too(tmp_path: Path) -> None:
    assert _generate(tmp_path, "-t", "committee", "vidu", "vidu.gov.vn").status == 0
    assert 'listings = ("https://vidu.gov.vn",)' in (tmp_path / "mine" / "vidu.py").read_text()
    assert _generate(tmp_path, "plain", "vidu.gov.vn").status == 0
    assert "scrapy.Spider" in (tmp_path / "mine" / "plain.py").read_text()
    assert _generate(tmp_path, "-l").out.split()[2:] == ["basic", "crawl", "csvfeed", "xmlfeed", "committee"]


@pytest.mark.parametrize(
    ("name", "url", "said"),
    [
        ("Phường", "vidu.gov.vn", "scrapy genspider: site name 'Phường': use a letter, then "),
        (
            "vidu",
            'https://vidu.gov.vn/"+x+"',
            "scrapy genspider: site vidu: 'https://vidu.gov.vn/\"+x+\"' is no address",
        ),
    ],
)
def test_genspider_refuses_what_no_site_can_be(tmp_path: Path, name: str, url: str, said: str) -> None:
    done = _generate(tmp_path, "-t", "committee", name, url)
    assert (done.status, done.err.startswith(said), done.err.count("\n")) == (2, True, 1)
    assert [path.name for path in (tmp_path / "mine").glob("*.py")] == ["__init__.py"]
