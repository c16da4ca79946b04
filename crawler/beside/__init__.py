"""Reading beside the crawl: processes that read pages, so that the event loop does nothing but fetch."""
