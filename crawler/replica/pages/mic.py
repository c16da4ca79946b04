"""The Ministry of Information and Communications: SharePoint 2013, sub-webs, one id under two addresses."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from crawler.replica.attachments import attachment
from crawler.replica.corpus import Link, Story, slug
from crawler.replica.exchange import Request, Response, Routes, html, place, xml
from crawler.replica.pages.engine import Item, in_pages, render
from crawler.replica.pages.mic_documents import Document
from crawler.replica.pages.mic_words import ENGLISH, VIETNAMESE
from crawler.replica.pages.sharepoint import SharePoint

PAGE_SIZE = 3
_SECTION = re.compile(r"https://([^/]+)/(\w+/|)Pages/ChuyenMuc/(\d+)/([^.]+)\.html")


@dataclass(frozen=True, slots=True)
class Section:
    """A section as its address tells: its host, its sub-web (`nongthon/` or empty), its id and its slug."""

    link: Link
    host: str
    web: str
    id: str
    slug: str

    @classmethod
    def of(cls, link: Link) -> "Section":
        match = _SECTION.fullmatch(link.url)
        assert match, f"no section of this engine: {link.url}"
        return cls(link, *match.groups())

    @property
    def articles(self) -> str:
        return f"https://{self.host}/{self.web}Pages/TinTuc/"

    def page(self, number: int) -> str:
        """The address of a page of its listing."""
        return f"https://{self.host}/mic_2020/Pages/ChuyenMuc/PhanTrang/{self.id}/{number}/{self.slug}.html"


class Mic(SharePoint):
    """`document` lines of a site are for this engine."""

    names_section = True
    byline = '<p align="right"><strong>{}</strong></p>'

    @staticmethod
    def addresses(story: Story) -> tuple[str, ...]:
        """By id and slug, and by id alone."""
        start = Section.of(story.section).articles
        name = slug(story.title).capitalize()
        return (f"{start}{story.id}/{name}.html", f"{start}tinchitiet.aspx?tintucid={story.id}")

    @staticmethod
    def library(story: Story) -> str:
        return f"https://{Section.of(story.section).host}/Upload/ImageNews/"

    def pages(self) -> Routes:
        pages: Routes = {}
        for section in map(Section.of, self.site.sections):
            pages |= {
                f"{section.host}/": self._home,
                f"{section.host}/pages/home.aspx": self._home,
                f"{section.host}/pages/tintuc/rss.aspx": self._feed,
                f"{section.host}/pages/tintuc/printpage.aspx": self._print,
                place(f"{section.articles}tinchitiet.aspx"): self._by_id,
                place(section.link.url): partial(self._listing, section, 1),
            }
            for number in range(1, len(self._pages(section)) + 1):
                pages[place(section.page(number))] = partial(self._listing, section, number)
        for story in self.site.stories:
            pages[place(self.addresses(story)[0])] = partial(self._article, story)
        return pages | self._document_pages()

    def missing(self) -> Response:
        return html(
            "<html><head><title>404</title></head><body>Trang bạn tìm không tồn tại</body></html>", 404
        )

    def show(self, story: Story) -> Item:
        """Every third story is listed by its id alone."""
        item = super().show(story)
        if story.number % 3:
            return item
        return Item(item.title, self.addresses(story)[1], item.day, item.lead, item.published)

    def page(self, template: str, request: Request, seed: str = "", **context: Any) -> Response:
        """The page in the ministry's frame, with the sections of the host it is on."""
        sections = self._sections(request)
        here = [story for story in self.site.stories if story.section in [s.link for s in sections]]
        popular = sorted(here, key=lambda story: -(story.views or 0))[:2]
        words = ENGLISH if sections[0].host.startswith("english.") else VIETNAMESE
        return super().page(
            template,
            request,
            seed,
            words=words.on(self.today),
            sections=[section.link for section in sections],
            rss=f"/Pages/TinTuc/rss.aspx?chuyenmucid={sections[0].id}",
            popular=[self.show(story) for story in popular],
            **context,
        )

    def _sections(self, request: Request) -> list[Section]:
        """Those of the request's host; of the ministry's main host where it is another name for it."""
        sections = [Section.of(link) for link in self.site.sections]
        hosts = {section.host for section in sections}
        host = request.host if request.host in hosts else self.site.host
        return [section for section in sections if section.host == host]

    def _home(self, request: Request) -> Response:
        columns = self.columns(section.link for section in self._sections(request))
        return self.page("mic_listing.html", request, columns=columns, pager=[], number=1)

    def _pages(self, section: Section) -> list[list[Item]]:
        items = [self.show(story) for story in self.site.of(section.link)]
        if section.link == self.site.sections[0]:
            items[1:1] = self.extras()
        return in_pages(items, PAGE_SIZE)

    def _listing(self, section: Section, number: int, request: Request) -> Response:
        pages = self._pages(section)
        pager = [(other, section.page(other)) for other in range(1, len(pages) + 1)]
        columns = [(section.link, pages[number - 1])]
        return self.page("mic_listing.html", request, columns=columns, pager=pager, number=number)

    def _article(self, story: Story, request: Request) -> Response:
        # The template of 2017 had a span; since 2020 it is a div.
        span = story.published is not None and story.published.year < 2020
        text = self.article(story)
        return self.page("mic_article.html", request, span=span, date=_date_line(story), **text)

    def _story(self, request: Request) -> Story | None:
        id = request.query.get("tintucid")
        return next((story for story in self.site.stories if story.id == id), None)

    def _by_id(self, request: Request) -> Response:
        story = self._story(request)
        return self._article(story, request) if story else self.missing()

    def _print(self, request: Request) -> Response:
        story = self._story(request)
        if story is None:
            return self.missing()
        return html(render("mic_print.html", date=_date_line(story), **self.article(story)))

    def _feed(self, request: Request) -> Response:
        """RSS of a section, by its id."""
        id = request.query.get("chuyenmucid")
        section = next((link for link in self.site.sections if Section.of(link).id == id), None)
        if section is None:
            return self.missing()
        items = [self.show(story) for story in self.site.of(section)]
        return xml(render("feed.xml", heading=section.text, home=section.url, items=items))

    def _document_pages(self) -> Routes:
        """The list of legal documents, whose pager is a script; page and PDF of each."""
        lines = enumerate(self.site.facts.get("document", ()))
        documents = [Document.parse(line, 13_000 + number, self.site.host) for number, line in lines]
        pages: Routes = {
            f"{self.site.host}/mic_2020/pages/vanban/danhsachvanban.aspx": partial(
                self.page, "mic_document_list.html", documents=documents
            )
        }
        for document in documents:
            pages[place(document.url)] = partial(self.page, "mic_document.html", document=document)
            pages[place(document.file)] = partial(attachment, document.abstract)
        return pages


def _date_line(story: Story) -> str:
    """`15/10/2023 01:14 SA`. Afternoons read `02:05 CH` or, as on some real pages, `14:05 CH`."""
    moment = story.published
    if not isinstance(moment, datetime):
        return f"{moment:%d/%m/%Y}" if moment else ""
    hour = "%I" if moment.hour < 12 or story.number % 2 else "%H"
    return f"{moment:%d/%m/%Y} {moment.strftime(hour)}:{moment:%M} {'SA' if moment.hour < 12 else 'CH'}"
