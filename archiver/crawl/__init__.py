"""The crawl: the only code that knows Scrapy."""
