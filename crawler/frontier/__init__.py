"""The frontier: which requests are still to be made, in `frontier.db`, and Scrapy's scheduler on it."""
