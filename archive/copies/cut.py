"""What was cut from a story, and what was added to it: in words, for who reads both."""

from archive import diff
from archive.model import Article


def difference(first: Article, copy: Article) -> diff.Difference:
    """From the first one's title, lead and body to the copy's, word by word, in the order of the texts.

    What stands in another place is removed here and added there. The time grows with the texts' length.
    """
    return diff.difference(_text(first), _text(copy))


def _text(article: Article) -> str:
    return "\n\n".join(filter(None, (article.title, article.lead, article.body)))
