"""How: the Scrapy machinery and the command line."""
