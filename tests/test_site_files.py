"""Site files with mistakes in them: one line that says what to do, status 2, no archive made and nothing asked for."""

import pytest

from tests.conftest import FAST, Crawling
from tests.portal import demo_portal, serve

PROGRAMS = {"scrapy": "scrapy crawl: ", "archiver": "archiver: "}
SITE = """
from archiver.crawl.spider import CommitteeSpider

class Mot(CommitteeSpider):
    name, title, platform = "mot", "Cổng thứ nhất", "liferay_hanoi"
    listings = ("{base}/cong-tac-doan-hoi",)
"""
CANNOT_BE_LOADED = "the sites under spiders/ cannot be loaded: "

# What is added to a file that is right, and the line that comes of it.
MISTAKES = {
    "no Python": ("    tls = \n", f"{CANNOT_BE_LOADED}SyntaxError: invalid syntax (mot.py, line 7)"),
    "it raises": ('\nraise LookupError("hỏng")\n', f"{CANNOT_BE_LOADED}LookupError: hỏng"),
    "a module that is not there": (
        "\nimport khong_co\n",
        f"{CANNOT_BE_LOADED}ModuleNotFoundError: No module named 'khong_co'",
    ),
    "tls": ('    tls = "lax"\n', "site mot: tls = 'lax'; write 'verified' or 'tolerant'"),
    "time zone": ('    timezone = "Asia/Ha_Noi"\n', "site mot: there is no time zone 'Asia/Ha_Noi'"),
    "title": ('    title = ""\n', "site mot: give it a title"),
    "address": (
        '    listings = ("portal.example/tin",)\n',
        "site mot: 'portal.example/tin' is no absolute address; write it with http:// or https://",
    ),
}

# Mistakes whose line goes on with what Scrapy says, or with what may be written.
LONGER = {
    "two sites of one name": (
        SITE.split("\n\n")[1].replace("class Mot", "\nclass Hai"),
        f"{CANNOT_BE_LOADED}UserWarning: There are several spiders with the same name: ",
    ),
    "an address that is no text": ("    listings = (5,)\n", "site mot: 5 is no absolute address; "),
    "platform": (
        '    platform = "drupal"\n',
        "site mot: there is no platform 'drupal'; known: csdn_news, dotnetnuke, generic, huanqiu, ",
    ),
    "intervals of another kind": ("    revisits = 30\n", "site mot: 30 stands where Revisits(…) belongs"),
}


def _crawl(crawling: Crawling, program: str, base: str, more: str) -> tuple[int, str]:
    """Crawl the one site of a folder of its own, and return the status and what was said."""
    (crawling.folder / "mot.py").write_text(SITE.format(base=base) + more, encoding="utf-8")
    done = crawling.run(
        program, "crawl", "mot", "-s", "SPIDER_MODULES=mot", *FAST, PYTHONPATH=str(crawling.folder), PYTHONUTF8="1"
    )
    assert done.out == ""
    return done.status, done.err


@pytest.mark.parametrize(("name", "program"), [(name, list(PROGRAMS)[n % 2]) for n, name in enumerate(MISTAKES)])
@pytest.mark.slow
def test_a_mistake_is_told_in_one_line(crawling: Crawling, name: str, program: str) -> None:
    more, line = MISTAKES[name]
    portal = demo_portal()
    with serve(portal) as base:
        said = _crawl(crawling, program, base, more)
    assert said == (2, f"{PROGRAMS[program]}{line}\n")
    assert (portal.requests, crawling.path.exists()) == ([], False)


@pytest.mark.parametrize("name", LONGER)
def test_a_mistake_that_python_lets_pass_is_told(crawling: Crawling, name: str) -> None:
    more, line = LONGER[name]
    portal = demo_portal()
    with serve(portal) as base:
        status, said = _crawl(crawling, "archiver", base, more.replace("{base}", base))
    assert (status, said.startswith(f"archiver: {line}"), said.count("\n")) == (2, True, 1)
    assert (portal.requests, crawling.path.exists()) == ([], False)


def test_without_a_mistake_it_is_crawled(crawling: Crawling) -> None:
    """The twin of the above."""
    portal = demo_portal()
    with serve(portal) as base:
        assert _crawl(crawling, "archiver", base, "") == (0, "")
    stored = crawling.query("SELECT count(*) AS n FROM current_articles")
    assert stored == [{"n": len(portal.listed("cong-tac-doan-hoi"))}]
