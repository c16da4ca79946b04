"""Fill an archive up with what web archives have kept of a portal, at the time when they captured it.

Tested against `tests/fake_archives.py`, never yet against the real services.
"""
