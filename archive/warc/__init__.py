"""WARC files: records read, written, indexed, and salvaged when a kill has cut them."""
