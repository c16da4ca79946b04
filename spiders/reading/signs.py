"""What rejections, login pages and error pages call themselves: their wordings, folded, as patterns.

Each stands for a whole title, heading or line, never for words within one: an article may quote any of them.
"""

import re

from archive.model import NOT_THERE, Outcome

Sign = tuple[re.Pattern[str], Outcome, str]  # and the note of such a page

_PAGE = (
    r"(?:trang(?: web| tin| nay)?|bai(?: viet| bao)?|tin(?: bai| tuc)?|noi dung|tai lieu|van ban|duong dan"
    r"|lien ket|url)"
)
_SITE = (
    r"(?:trang(?: web| tin| thong tin)?(?: dien tu)?|website|web(?: ?site)?|he thong|may chu|dich vu"
    r"|cong(?: thong tin| ttdt)?(?: dien tu)?)"
)
_REJECTED = (
    r"(?:your )?request (?:was |has been |is )?(?:rejected|blocked|denied)",
    r"the requested url was rejected",
    r"(?:error:? )?access (?:to this (?:page|site|website|resource) )?(?:is |was |has been )?"
    r"(?:denied|blocked|restricted|required|forbidden)",
    r"(?:error )?(?:http )?(?:401|403)(?:\.\d+)?(?: ?[-:]? ?(?:error|forbidden|unauthorized"
    r"|access (?:is )?denied"
    r"|forbidden: access is denied))*",
    r"forbidden|unauthorized|not authorized|you are not authorized to (?:view|access) this page",
    r"attention required!?(?: ?\| ?cloudflare)?|just a moment|one more step|please wait",
    r"(?:sorry,? )?you (?:have been|are|were) (?:blocked|banned)|you are unable to access \S+",
    r"checking (?:your|the site|if the site).*|(?:please )?(?:verify|confirm)(?:ing)? "
    r"(?:that )?you are (?:a )?human.*",
    r"(?:human |security |browser )(?:verification|check)|ddos[- ]guard|ddos protection by .{1,30}",
    r"(?:web )?application firewall(?: .{1,30})?|(?:captcha|robot check|are you a (?:human|robot)\??)",
    r"incapsula incident id.*|your support id is.*|sucuri website firewall.*|blocked by .{1,30}",
    r"(?:yeu cau|truy cap|truy nhap|ket noi)(?: cua ban| nay)?(?: da)? bi (?:chan|tu choi|cam|han che"
    r"|khoa)(?: .{1,30})?",
    r"(?:ban )?(?:da )?bi (?:chan|tu choi|cam) truy (?:cap|nhap)(?: .{1,30})?|tu choi truy (?:cap|nhap)",
    r"(?:ban )?khong (?:duoc phep|co quyen|the) truy (?:cap|nhap)(?: .{1,40})?",
    r"(?:dia chi )?ip(?: .{1,20})? (?:da )?bi (?:chan|khoa)(?: .{1,30})?",
    r"(?:dang )?(?:kiem tra|xac (?:minh|thuc)) (?:trinh duyet|ket noi|bao mat|truy cap|ban la "
    r"(?:con )?nguoi)(?: .{1,40})?",
)
_LOGIN = (
    r"(?:trang )?dang nhap(?: (?:he thong|tai khoan|vao he thong|quan tri|thanh vien|nguoi dung"
    r"|de tiep tuc|vao .{1,40}))?",
    r"(?:user |admin )?log ?[io]n(?: page| required| to (?:continue|your account))?|sign in"
    r"(?: to .{1,40})?|authenticat(?:e|ion)(?: required)?",
    r"phien (?:lam viec|dang nhap|truy cap)(?: cua ban)?(?: nay)? (?:da )?(?:het han|ket thuc"
    r"|het hieu luc)(?: .{1,60})?",
    r"(?:your )?session (?:has |is )?(?:expired|timed out|ended)(?: .{1,40})?|session time-?out",
    r"(?:ban )?(?:vui long|can|phai|hay|xin|chua) (?:phai )?dang nhap(?: .{1,60})?",
    r"(?:please|you (?:must|need to)) (?:log|sign) in(?: .{1,40})?",
)
_ERRORS = (
    r"(?:sorry,? )?something(?: ha|')?s? (?:went|gone) (?:terribly |horribly )?wrong",
    r"(?:rat tiec|xin loi|thanh that xin loi)?,? ?(?:da )?(?:xay ra|co|gap) (?:mot )?(?:su co"
    r"|loi)(?: xay ra)?"
    r"(?: (?:trong|khi|tren|o|voi|khong) .{1,60})?",
    r"error|loi|oops|thong bao loi|error page|trang loi|loi he thong|loi may chu(?: noi bo)?|system error",
    r"(?:sorry,? )?(?:an |a |unexpected |unknown |application |unhandled )*(?:error|exception)(?: has"
    r"| was| ha[sd] been)?"
    r" occurr?ed(?: .{1,60})?|(?:unexpected|application|unknown) error",
    r"server error in '.{0,60}' application|(?:runtime|configuration|compilation|parser|server"
    r"|database) error",
    r"error establishing a database connection|(?:the )?service (?:is )?(?:temporarily )?unavailable",
    r"(?:error )?(?:http )?(?:error )?50\d(?:\.\d+)?(?: ?[-:]? ?(?:error|internal|server|bad|gateway"
    r"|service|temporarily"
    r"|time-?out|unavailable))*",
    r"(?:internal server error|bad gateway|gateway time-?out|web server is down|bad request|invalid url)",
    r"(?:error )?(?:http )?400(?: ?[-:]? ?bad request)?(?: ?[-:]? ?invalid (?:url|hostname))?",
    rf"(?:thong bao )?{_SITE}(?: .{{1,40}})? (?:(?:dang|tam)(?: duoc| thoi| tam)?(?: tien hanh)? ?)"
    r"(?:bao (?:tri|duong)|nang cap|xay dung|ngung|dung|gian doan|khong (?:truy cap duoc"
    r"|hoat dong))(?: .{1,60})?",
    r"(?:thong bao )?(?:dang |tam dung |tam ngung )?bao tri(?: (?:he thong|website|trang web"
    r"|theo lich trinh|dinh ky|may chu))?",
    r"(?:site |website |the site is |we are |we're |this site is |currently )*(?:down for |under "
    r"|undergoing |in )?"
    r"(?:scheduled |planned )?(?:maintenance|construction)(?: mode| page)?",
    r"we(?: ?[' ]? ?ll| will) be (?:right )?back(?: soon| shortly)?|chung toi se (?:som )?(?:quay"
    r"|tro) lai(?: som)?",
)
_DEFAULTS = (
    r"welcome to (?:nginx|openresty|caddy|tengine|centos|iis|apache)(?: .{1,30})?",
    r"(?:apache2? .{0,30}default page: )?it works|.{0,40}apache.{0,40} (?:test|default) page.{0,40}"
    r"|.{0,20}default page",
    r"(?:http server )?test page(?: for .{1,40}| powered by .{1,40})?|iis ?\d*\.?\d*"
    r"(?: windows server)?|windows server",
    r"(?:this |the )?(?:account|website|web ?site|site|domain|hosting)(?: .{1,40})?(?: has been| is| was)?"
    r" (?:suspended|disabled|expired|parked|for sale)(?: .{1,30})?|parked (?:domain|page)|domain "
    r"(?:default|parking) page",
    r"(?:tai khoan|website|trang web|ten mien|hosting|dich vu)(?: .{1,40})? (?:da |dang |bi |tam )*"
    r"(?:khoa|tam ngung|dinh chi|het han|ngung hoat dong)(?: .{1,40})?",
    r"(?:buy|mua) (?:this domain|ten mien(?: nay)?)|.{1,60} is for sale",
)
_MISSING = (
    r"(?:error |loi )?(?:http )?(?:error )?404(?:\.\d+)?(?: ?[-:]? ?(?:error|not found|page not found"
    r"|file or directory not found"
    r"|khong tim thay(?: trang)?|trang khong ton tai))*",
    r"(?:the )?(?:page|file|resource|object|article|content|requested url|file or directory)?"
    r"(?: you requested)?"
    r" ?(?:was |is |could |can ?)?(?:not|n't) (?:be )?(?:found|exist|available)(?: on this server)?",
    r"(?:sorry,? )?(?:the|this|that) (?:page|resource|file|article)(?: .{1,40})? (?:cannot be found"
    r"|can't be found"
    r"|could not be found|does(?: not|n't) exist|no longer exists|is not available)",
    rf"(?:rat tiec|xin loi)?,? ?(?:khong tim thay|khong ton tai) {_PAGE}(?: .{{1,40}})?",
    rf"(?:rat tiec|xin loi)?,? ?{_PAGE}(?: (?:ma )?(?:ban |quy vi )?(?:dang )?(?:yeu cau|tim(?: kiem)?"
    rf"|truy cap|xem|can tim))?"
    r"(?: nay)?(?: hien)? (?:khong (?:con )?(?:ton tai|tim thay|duoc tim thay|co(?: thuc| san)?|hop le)"
    r"|(?:da )?bi (?:xoa|go)(?: bo)?)"
    r"(?:,? (?:hoac|va|hay|tren) .{1,60})?",
    r"khong tim thay",
)
_ALL = (
    (_REJECTED, Outcome.BLOCKED, "a rejection"),
    (_LOGIN, Outcome.BLOCKED, "a login page"),
    (_MISSING, Outcome.ERROR, NOT_THERE),
    (_ERRORS, Outcome.ERROR, "an error page"),
    (_DEFAULTS, Outcome.ERROR, "a page that stands for no site"),
)
SIGNS: tuple[Sign, ...] = tuple((re.compile("|".join(forms)), outcome, note) for forms, outcome, note in _ALL)
LOGIN = SIGNS[1]
# What a firewall says of itself: a server's own 403 is about one page, a firewall's about who asks.
FIREWALL = re.compile(
    r"cloudflare ray id|ray id:|support id is|incapsula incident id|sucuri website firewall"
    r"|application firewall|requested url was rejected|request (?:was |has been |is )?(?:rejected|blocked)"
    r"|you have been blocked|attention required|ddos[- ](?:guard|protection)"
    r"|(?:yeu cau|truy cap|ip)(?: .{1,30})? bi (?:chan|tu choi)"
)
# Pages of machines that have much to say, by words that only they say beside such a title.
LENGTHY = re.compile(
    r"cloudflare ray id|ray id:|customerrors|version information:\s*microsoft \.net|correlation id"
    r"|id tuong quan|default welcome page used to test|web server is successfully installed"
    r"|detailed error information|most likely causes|apache http server|support id is"
)
