"""Captures shown as they were received: out of their WARC files, and made safe for a reader's browser."""
