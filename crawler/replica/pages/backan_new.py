"""The newer portal of Bắc Kạn: SharePoint publishing pages, whose web-part titles leak into the text."""

from functools import partial

from crawler.replica.corpus import Link, Story, slug
from crawler.replica.exchange import Request, Response, Routes, html, place, redirect
from crawler.replica.pages.engine import Item, asked, in_pages
from crawler.replica.pages.sharepoint import SharePoint

PAGE_SIZE = 4


class BackanNew(SharePoint):
    """`menu` lines of a site are for this engine: links beside its sections, to older news."""

    byline = '<p style="text-align: right;"><b>{}</b></p>'

    @staticmethod
    def addresses(story: Story) -> tuple[str, ...]:
        """A slug cut at 50 and 4 hex digits."""
        name = slug(story.title)[:50].strip("-")
        return (f"https://{Request(story.section.url).host}/Pages/{name}-{story.number & 0xFFFF:04x}.aspx",)

    @staticmethod
    def library(story: Story) -> str:
        return f"https://{Request(story.section.url).host}/PublishingImages/"

    def pages(self) -> Routes:
        host = self.site.host
        pages: Routes = {f"{host}/": self._home, f"{host}/pages/default.aspx": self._home}
        for section in self.site.sections:
            pages[place(section.url)] = partial(self._listing, section)
        for story in self.site.stories:
            [url] = self.addresses(story)
            pages[place(url)] = partial(self._article, story)
            if story.moved_from:
                pages[place(story.moved_from)] = redirect(url)
        return pages

    def missing(self) -> Response:
        return html("<html><head><title>404</title></head><body>Không tìm thấy trang</body></html>", 404)

    def _home(self, request: Request) -> Response:
        newest = [self.show(story) for story in self.site.newest()[:PAGE_SIZE]]
        return self._list("Tin mới", newest + self.extras(), request)

    def _listing(self, section: Link, request: Request) -> Response:
        return self._list(section.text, [self.show(story) for story in self.site.of(section)], request)

    def _list(self, heading: str, items: list[Item], request: Request) -> Response:
        pages = in_pages(items, PAGE_SIZE)
        page = asked(request.query.get("page", "1"), len(pages))
        return self.page(
            "backan_new_listing.html",
            request,
            heading=heading,
            items=pages[page - 1],
            number=page,
            pages=len(pages),
        )

    def _article(self, story: Story, request: Request) -> Response:
        date = f"{story.published:%d/%m/%Y}" if story.published else ""
        return self.page("backan_new_article.html", request, date=date, **self.article(story))
