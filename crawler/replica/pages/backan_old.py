"""The old portal of Bắc Kạn and its sub-portals: SharePoint 2010, paging by post back."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from uuid import UUID

from crawler.replica.corpus import Link, Story, slug
from crawler.replica.exchange import Request, Response, Routes, html, place, redirect
from crawler.replica.pages.engine import asked, in_pages, path
from crawler.replica.pages.sharepoint import SharePoint, State, state

PAGE_SIZE = 3


class BackanOld(SharePoint):
    """`skin`, `labelled` and `endless` lines of a site are for this engine."""

    date_label = "Cập nhật lúc"
    byline = '<p style="text-align: right;"><strong>{}</strong></p>'

    @staticmethod
    def addresses(story: Story) -> tuple[str, ...]:
        """The category folders, a slug cut anywhere from 28 to 39, and 13 to 16 hex digits."""
        folder = story.section.url.removesuffix("default.aspx")
        name = slug(story.title)[: 28 + story.number % 12].strip("-")
        digits = f"{story.number:016x}"[: 13 + story.number % 4]
        return (f"{folder}{name}-{digits}.aspx",)

    @staticmethod
    def library(story: Story) -> str:
        return f"https://{Request(story.section.url).host}/PictureLibrary/"

    def pages(self) -> Routes:
        host = self.site.host
        pages: Routes = {f"{host}/": self._home, f"{host}/pages/default.aspx": self._home}
        for listing in self._listings():
            pages[place(listing.url)] = partial(self._listing, listing)
        for link in self.site.links("endless"):
            pages[place(link.url)] = partial(self._endless, link)
        for story in self.site.stories:
            [url] = self.addresses(story)
            pages[place(url)] = partial(self._article, story)
            if story.moved_from:
                pages[place(story.moved_from)] = redirect(url)
        return pages

    def missing(self) -> Response:
        return html("<html><head><title>404 NOT FOUND</title></head><body>404 NOT FOUND</body></html>", 404)

    def _listings(self) -> Iterator[Link]:
        """The sections, and the folders above them that show all their stories together."""
        for section in self.site.sections:
            above, _, _ = section.url.removesuffix("/default.aspx").rpartition("/")
            if not above.endswith("/Pages"):
                yield Link("Tin tức - Sự kiện", f"{above}/default.aspx")
            yield section

    def _home(self, request: Request) -> Response:
        columns = self.columns((*self.site.sections, *self.site.links("endless")))
        return self.page("backan_old_home.html", request, columns=columns)

    def _listing(self, listing: Link, request: Request) -> Response:
        folder = listing.url.removesuffix("default.aspx")
        items = [self.show(story) for story in self.site.newest() if story.section.url.startswith(folder)]
        if listing == self.site.sections[0]:
            items[2:2] = self.extras()
        pages = in_pages(items, PAGE_SIZE)
        page = _page_asked(listing, request, len(pages))
        return self.page(
            "backan_old_listing.html",
            request,
            seed=f"{listing.url} {page}",
            heading=listing.text,
            items=pages[page - 1],
            pages=len(pages),
            number=page,
            pager=_pager(listing),
            following=None,
        )

    def _endless(self, link: Link, request: Request) -> Response:
        """A listing whose every page shows the same items and a link to the next page."""
        page = int(request.query.get("page", "1"))
        return self.page(
            "backan_old_listing.html",
            request,
            heading=link.text,
            items=[self.show(story) for story in self.site.newest()[:2]],
            pages=1,
            number=1,
            pager="",
            following=f"{path(link.url)}?page={page + 1}",
        )

    def _article(self, story: Story, request: Request) -> Response:
        [skin] = self.site.facts["skin"]
        return self.page(
            "backan_old_article.html", request, skin=skin, date=_date_line(story), **self.article(story)
        )


def _page_asked(listing: Link, request: Request, last: int) -> int:
    """The page that a post back asks for; 1 unless it returns the hidden state of a page of the listing."""
    form = request.form
    returned = State(form.get("__VIEWSTATE", ""), form.get("__EVENTVALIDATION", ""))
    known = any(returned == state(f"{listing.url} {page}") for page in range(1, last + 1))
    kind, _, number = form.get("__EVENTARGUMENT", "").partition("$")
    pages = known and form.get("__EVENTTARGET") == _pager(listing) and kind == "Page"
    return asked(number, last) if pages else 1


def _pager(listing: Link) -> str:
    """The name of the listing's pager: a web part has a GUID."""
    guid = str(UUID(bytes=listing.url.encode()[-16:])).replace("-", "_")
    return f"ctl00$SPWebPartManager1$g_{guid}$ctl00$pager"


def _date_line(story: Story) -> str:
    if story.published is None:
        return ""
    if isinstance(story.published, datetime):
        return f"(Cập nhật lúc: {story.published:%d/%m/%Y %H:%M:%S} )"
    return f"( Cập nhật lúc: {story.published:%d/%m/%Y}  )"
