"""Components of Scrapy that stand between a request and its response, each named for its deed."""
