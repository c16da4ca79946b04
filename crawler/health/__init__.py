"""Whether a crawl went as crawls of its portal usually go, and who is told where it did not."""
