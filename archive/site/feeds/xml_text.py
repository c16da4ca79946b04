"""Text for XML 1.0, which has no way to write most control characters: feeds and Excel files are XML."""

import re

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text without the characters that XML cannot hold; it is escaped by whoever writes it."""
    return _NOT_XML.sub("", text)
