"""The Ministry of Science and Technology: VCCorp's system, with metadata, RSS and sitemaps."""

from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from crawler.replica.corpus import Link, Story, slug
from crawler.replica.exchange import Request, Response, Routes, html, place, xml
from crawler.replica.pages.engine import Engine, Item, in_pages, path, render

PAGE_SIZE = 3
_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


class Mst(Engine):
    """An address ends in 197 and the moment of publication, or the id that the ministry's old site gave."""

    names_section = True

    @staticmethod
    def addresses(story: Story) -> tuple[str, ...]:
        return (f"https://{Request(story.section.url).host}/{slug(story.title)}-197{story.id}.htm",)

    @staticmethod
    def library(story: Story) -> str:
        return "https://mst.mediacdn.vn/197/"

    def pages(self) -> Routes:
        host = self.site.host
        home = Link(self.site.name, f"https://{host}/")
        newest = [self.show(story) for story in self.site.newest()[:PAGE_SIZE]]
        pages: Routes = {
            f"{host}/": partial(self._listing, home, newest + self.extras(), None),
            f"{host}/rss/home.rss": partial(self._feed, home, newest),
            f"{host}/sitemap.xml": self._index,
        }
        for section in self.site.sections:
            pages |= self._section(section)
        for month, stories in self._months().items():
            pages[place(self._sitemap_url(month))] = partial(self._sitemap, stories)
        for story in self.site.stories:
            pages[place(self.addresses(story)[0])] = partial(self._article, story)
        return pages

    def missing(self) -> Response:
        return html(
            "<!DOCTYPE html><html lang='vi'><title>404</title><body>Không tìm thấy</body></html>", 404
        )

    def page(self, template: str, **context: Any) -> Response:
        return html(render(template, site=self.site, **context))

    def _section(self, section: Link) -> Routes:
        """The section's listing, page by page, and its feed."""
        items = [self.show(story) for story in self.site.of(section)]
        listing = in_pages(items, PAGE_SIZE)
        start = section.url.removesuffix(".htm")
        urls = [section.url, *(f"{start}/trang-{number}.htm" for number in range(2, len(listing) + 1)), None]
        pages: Routes = {
            place(url): partial(self._listing, section, shown, following)
            for url, following, shown in zip(urls, urls[1:], listing, strict=False)
            if url
        }
        feed = section.url.replace(f"{self.site.host}/", f"{self.site.host}/rss/").replace(".htm", ".rss")
        return pages | {place(feed): partial(self._feed, section, items)}

    def _listing(self, section: Link, items: list[Item], following: str | None, request: Request) -> Response:
        return self.page(
            "mst_listing.html", heading=section.text, items=items, following=following and path(following)
        )

    def _article(self, story: Story, request: Request) -> Response:
        url, iso = self.addresses(story)[0], _iso(story)
        ld = {"@context": "https://schema.org", "@type": "NewsArticle", "url": url, "datePublished": iso}
        ld["headline"] = story.title
        text = self.article(story)
        return self.page("mst_article.html", url=url, iso=iso, ld=ld, date=_date_line(story), **text)

    def _feed(self, section: Link, items: list[Item], request: Request) -> Response:
        return xml(render("feed.xml", heading=section.text, home=section.url, items=items))

    def _months(self) -> dict[str, list[Story]]:
        """The dated stories by month of publication, newest first."""
        dated = (story for story in self.site.newest() if story.published)
        return {month: list(stories) for month, stories in groupby(dated, lambda s: f"{s.published:%Y-%m}")}

    def _sitemap_url(self, month: str) -> str:
        return f"https://{self.site.host}/sitemaps/sitemaps-{month}.xml"

    def _index(self, request: Request) -> Response:
        months = self._months().items()
        entries = [(self._sitemap_url(month), _iso(stories[0])) for month, stories in months]
        return xml(render("sitemap.xml", root="sitemapindex", entry="sitemap", entries=entries))

    def _sitemap(self, stories: list[Story], request: Request) -> Response:
        entries = [(self.addresses(story)[0], _iso(story)) for story in stories]
        return xml(render("sitemap.xml", root="urlset", entry="url", entries=entries))


def _iso(story: Story) -> str:
    return f"{story.published.isoformat()}+07:00" if story.published else ""


def _date_line(story: Story) -> str:
    """One of three forms, by year: the site changed its template."""
    moment = story.published
    if not isinstance(moment, datetime):
        return ""
    day = _DAYS[moment.weekday()]
    forms = (
        f"{day}, {moment:%H:%M ngày %d/%m/%Y}",
        f"{moment:%d/%m/%Y %H:%M}",
        f"{day}, {moment:%d/%m/%Y, %H:%M}[GMT+7]",
    )
    return forms[moment.year % len(forms)]
