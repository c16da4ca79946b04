"""The languages of our pages: Vietnamese first, English beside it, or one of the two."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from markupsafe import Markup, escape

COOKIE = "lang"


class Language(StrEnum):
    """What a reader wants to see; the value is that of the cookie."""

    BOTH = "both"
    VI = "vi"
    EN = "en"

    def say(self, vietnamese: str, english: str) -> Markup:
        """For the text of a page. Arguments are escaped unless they are Markup."""
        if self is Language.VI:
            return escape(vietnamese)
        if self is Language.EN:
            return Markup(f'<span lang="en">{escape(english)}</span>')
        return Markup(f'{escape(vietnamese)}<span class="en" lang="en"> {escape(english)}</span>')

    def text(self, vietnamese: str, english: str) -> str:
        """For attributes, options and titles, which hold no elements."""
        return {Language.VI: vietnamese, Language.EN: english}.get(self, f"{vietnamese} · {english}")

    def told(self, text: str) -> Markup:
        """What metadata.yaml says in both languages; text in one only stays as it is."""
        vietnamese, point, english = text.partition(" · ")
        return self.say(vietnamese, english) if point else escape(text)

    def told_text(self, text: str) -> str:
        vietnamese, point, english = text.partition(" · ")
        return self.text(vietnamese, english) if point else text


def language_of(request: Any) -> Language:
    """By the reader's cookie; both where there is none, or no request (a page of an error)."""
    wanted = request.cookies.get(COOKIE) if request else None
    return Language(wanted) if wanted in set(Language) else Language.BOTH


def words(language: Language) -> dict[str, Callable[..., str] | Language]:
    """What templates say things with."""
    return {
        "t": language.say,
        "t_text": language.text,
        "told": language.told,
        "told_text": language.told_text,
        "language": language,
    }
