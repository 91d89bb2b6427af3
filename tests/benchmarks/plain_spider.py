"""The spider that most people would write for the portal, to hold ours against: ``scrapy runspider plain_spider.py``.

Scrapy as it comes, BeautifulSoup over the whole page with Python's own parser, dateparser for the date, and a row
written for each article. It keeps neither pages nor history, and finds nothing that was not asked of it.
"""

import re

import dateparser
import scrapy
from bs4 import BeautifulSoup
from sqlite_utils import Database


class SqlitePipeline:
    """Writes each item into the table ``articles``."""

    def open_spider(self, spider):
        self.database = Database(spider.db)

    def close_spider(self, spider):
        self.database.close()

    def process_item(self, item, spider):
        self.database["articles"].upsert(item, pk="url")
        return item


class PlainSpider(scrapy.Spider):
    """Takes ``start``, the addresses of listings with commas between, and ``db``, the file to write."""

    name = "plain"
    custom_settings = {"ITEM_PIPELINES": {SqlitePipeline: 300}}  # noqa: RUF012 - as people write it

    def __init__(self, start, db, **arguments):
        super().__init__(**arguments)
        self.start_urls = start.split(",")
        self.db = db

    def parse(self, response):
        soup = BeautifulSoup(response.text, "html.parser")
        for link in soup.select("h3.asset-title a"):
            yield response.follow(link["href"], self.parse_article)
        following = soup.select_one("ul.pager li:nth-of-type(3):not(.disabled) a")
        if following:
            yield response.follow(following["href"], self.parse)

    def parse_article(self, response):
        soup = BeautifulSoup(response.text, "html.parser")
        info = soup.select_one("div.assetPublishDate").get_text()
        date = re.search(r"\d\d/\d\d/\d{4} \| \d?\d:\d\d [AP]M", info).group()
        published = dateparser.parse(date.replace("|", " "), settings={"DATE_ORDER": "DMY"})
        views = re.search(r"View count: (\d+)", info)
        sapo = soup.select_one("p.sapo")
        paragraphs = soup.select("div.journal-content-article > p, div.journal-content-article > div")
        yield {
            "url": response.url,
            "title": soup.select_one("div.asset-full-content-title").get_text(strip=True),
            "lead": sapo.get_text(strip=True) if sapo else None,
            "published": published.isoformat() if published else None,
            "views": int(views.group(1)) if views else None,
            "body": "\n\n".join(text for p in paragraphs if (text := p.get_text(" ", strip=True))),
        }
