"""From captures to the archive: one way for the crawl, imports, recovery and rebuild."""
