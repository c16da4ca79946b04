"""What can go wrong here and be told to a person in one sentence."""


class ArchiveError(Exception):
    """The archive or one of its files cannot be used; the message says what to do."""


class QueryError(ArchiveError):
    """A search query that cannot be understood."""


class WarcError(ArchiveError):
    """A WARC file that is damaged, cut or no WARC at all."""
