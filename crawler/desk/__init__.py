"""The archivist's desk: a calendar of crawls, and who runs them when."""
