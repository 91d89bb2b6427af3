"""What a crawl asks for: decided without Scrapy."""
