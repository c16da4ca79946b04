"""What of a captured page reaches the reader's browser. All else is left out.

Nothing here is read by a browser as anything but HTML with its text escaped: no raw text, no SVG, no MathML,
no <template>, no <noscript>. So what is written is what will be parsed, and nothing can hide in between.
"""

KEPT = frozenset(
    """a abbr acronym address area article aside b bdi bdo big blockquote body br button caption center
    cite code col colgroup dd del details dfn dir div dl dt em fieldset figcaption figure font footer h1
    h2 h3 h4 h5 h6 header hgroup hr html i img input ins kbd label legend li main map mark menu meter
    nav ol optgroup option p pre progress q rp rt ruby s samp search section select small span strike
    strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr""".split()
)
VOID = frozenset(("area", "br", "col", "hr", "img", "input", "wbr"))
RENAMED = {"form": "div", "textarea": "div", "marquee": "div"}
# With everything that they hold; of other elements what they hold is kept.
DROPPED = frozenset(
    """script template svg math title meta base link style source track param xmp plaintext listing
    noembed noframes datalist dialog canvas slot selectmenu selectlist""".split()
)
# Each leaves a note where it stood.
EMBEDDED = frozenset("iframe frame object embed applet portal fencedframe video audio bgsound".split())

ATTRIBUTES = frozenset(
    """abbr align alt aria-hidden aria-label bgcolor border bordercolor cellpadding cellspacing checked
    class clear color cols colspan compact coords datetime dir face frame headers height hspace id label
    lang link noshade nowrap open reversed role rows rowspan rules scope selected shape size span start
    summary text title type valign value vlink vspace width""".split()
)
INPUTS = frozenset(
    ("", "text", "search", "button", "submit", "reset", "checkbox", "radio", "email", "number", "tel")
)
CONTROLS = frozenset(("button", "input", "select", "fieldset", "optgroup", "option"))
LAZY = ("src", "data-src", "data-original", "data-lazy-src")  # where pages keep the address of an image
