"""The ways in which editors' HTML wraps one and the same body."""

from dataclasses import dataclass
from html import escape
from itertools import cycle

from markupsafe import Markup

from crawler.replica.body import LINK, Block, Heading, Items, Paragraph, Picture, Table
from crawler.replica.corpus import Story
from crawler.replica.dirt import soil


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Wrappers with one `{}` each; `texts` take turns, `whole` goes around the body."""

    texts: tuple[str, ...]
    heading: str
    picture: str = (
        '<p style="text-align: center;"><img alt="" src="{src}" style="width: 600px;" /></p>\n'
        '<p style="text-align: center;"><em>{caption}</em></p>'
    )
    whole: str = "{}"
    cell: str = "{}"


P = '<p style="text-align: justify;">{}</p>'
_WORD_SPAN = (
    '<span style="font-size: 14pt; font-family: &quot;Times New Roman&quot;, serif;">'
    '<span lang="VI">{}</span><o:p></o:p></span>'
)
_CAPTION_ROW = (
    '<table class="ImageCaption" align="center"><tbody><tr><td><img src="{src}" alt="" /></td></tr>'
    '<tr><td style="text-align: center;"><em>{caption}</em></td></tr></tbody></table>'
)

WRAPPINGS = {
    "p": Wrapping((P,), "<p><strong>{}</strong></p>"),
    "h3": Wrapping((P,), "<h3>{}</h3>"),
    "word": Wrapping(
        (f'<p class="MsoNormal" style="margin: 6pt 0in; text-indent: 0.5in;">{_WORD_SPAN}</p>',),
        f'<p class="MsoNormal" style="margin: 6pt 0in;"><b>{_WORD_SPAN}</b></p>',
        picture=f'<p class="MsoNormal" align="center"><img src="{{src}}" border="0" /><o:p></o:p></p>\n'
        f'<p class="MsoNormal" align="center"><i>{_WORD_SPAN.format("{caption}")}</i></p>',
        whole='<div class="WordSection1">\n{}\n</div>',
        cell='<p class="MsoNormal">{}<o:p></o:p></p>',
    ),
    "div": Wrapping(
        ('<div style="text-align: justify;">{}</div>',),
        '<div style="text-align: justify;"><b>{}</b></div>',
        picture='<div style="text-align: center;"><img src="{src}" /></div>\n'
        '<div style="text-align: center;"><i>{caption}</i></div>',
        whole="<div><div>\n{}\n</div></div>",
        cell="<div>{}</div>",
    ),
    "br": Wrapping(
        ("{}<br /><br />",),
        "<b>{}</b><br /><br />",
        picture='<img src="{src}" width="560" /><br /><em>{caption}</em><br /><br />',
    ),
    "font": Wrapping(
        ('<p align="justify"><font size="3" face="Times New Roman">{}</font></p>',),
        '<p align="justify"><font size="3" face="Times New Roman"><strong>{}</strong></font></p>',
        picture='<p align="center"><font size="3"><img src="{src}" /></font></p>\n'
        '<p align="center"><font size="2" color="#0000ff"><em>{caption}</em></font></p>',
        cell='<font size="3" face="Times New Roman">{}</font>',
    ),
    "table": Wrapping(
        ('<tr><td valign="top" style="text-align: justify;">{}</td></tr>',),
        '<tr><td valign="top"><strong>{}</strong></td></tr>',
        picture='<tr><td align="center"><img src="{src}" /></td></tr>\n'
        '<tr><td align="center"><em>{caption}</em></td></tr>',
        whole='<table border="0" cellpadding="0" cellspacing="0" width="100%"><tbody>\n{}\n</tbody></table>',
    ),
    "span": Wrapping(
        ('<p><span style="font-size: small;"><span style="color: #333;"><span>{}</span></span></span></p>',),
        '<p><span style="font-size: small;"><strong><span>{}</span></strong></span></p>',
        picture=_CAPTION_ROW,
        cell="<span><span>{}</span></span>",
    ),
    "mixed": Wrapping(
        (P, "<div>{}</div>", P, '<div style="text-align: justify;"><span>{}</span></div>'),
        "<div><strong>{}</strong></div>",
        picture=_CAPTION_ROW,
    ),
    "vccorp": Wrapping(
        ("<p>{}</p>",),
        "<h3>{}</h3>",
        picture='<figure class="VCSortableInPreviewMode" type="Photo"><div><img src="{src}" alt="{caption}" '
        'loading="lazy" /></div><figcaption class="PhotoCMS_Caption"><p>{caption}</p></figcaption></figure>',
    ),
}


def body_html(story: Story, library: str) -> Markup:
    """The HTML of a story's body; its pictures are below the address `library`."""
    wrapping = WRAPPINGS[story.markup]
    wrappers = cycle(wrapping.texts)
    parts = []
    for block in story.body:
        html = _block(block, story, wrapping, library)
        # Inside a layout table everything needs a row; a list or data table goes into a cell of its own.
        if isinstance(block, Paragraph):
            html = next(wrappers).format(html)
        elif isinstance(block, Items | Table) and story.markup == "table":
            html = f"<tr><td>{html}</td></tr>"
        parts.append(html)
    return Markup(wrapping.whole.format("\n".join(parts)))


def _block(block: Block, story: Story, wrapping: Wrapping, library: str) -> str:
    match block:
        case Paragraph(text):
            return inline(text, story)
        case Heading(text):
            return wrapping.heading.format(inline(text, story))
        case Items(texts):
            return "<ul>\n" + "\n".join(f"<li>{inline(text, story)}</li>" for text in texts) + "\n</ul>"
        case Picture(file, caption):
            return wrapping.picture.format(src=library + story.picture(file), caption=inline(caption, story))
        case Table(rows):
            cells = (
                "".join(f"<td>{wrapping.cell.format(inline(cell, story))}</td>" for cell in row)
                for row in rows
            )
            table = "\n".join(f"<tr>{row}</tr>" for row in cells)
            return f'<table border="1" cellspacing="0" cellpadding="4"><tbody>\n{table}\n</tbody></table>'


def inline(text: str, story: Story) -> str:
    """Text as HTML: soiled as the story says, escaped, with its links."""
    html = escape(soil(text, story.dirt), quote=False)
    if "entities" in story.dirt:  # as an editor does that was set to ASCII
        html = html.encode("ascii", "xmlcharrefreplace").decode()
    return LINK.sub(lambda link: f'<a href="{link["url"]}">{link["text"]}</a>', html)
