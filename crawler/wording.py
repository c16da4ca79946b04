"""Numbers and foreign words in sentences for a terminal."""


def counted(number: int, noun: str) -> str:
    """1 article, 2 articles."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: str) -> str:
    """The text with everything escaped that a terminal would obey or hide, line ends included."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
