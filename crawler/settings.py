"""What differs from Scrapy's defaults. `backan demo` and the tests lift the politeness, nothing else does."""

import os

SPIDER_MODULES = ["spiders"]
LOG_LEVEL = "INFO"  # DEBUG prints every article in full
BACKAN_DATA = os.environ.get("BACKAN_DATA", "data")  # everything is written below this folder
BACKAN_VIA = None  # the address of a server that answers for all sites, see crawler/fetch/via.py
BACKAN_SOURCE = None  # what `crawls.source` says, if neither "live" nor "via"
BACKAN_READERS = os.environ.get("BACKAN_READERS")  # processes that read pages; by default all cores but one
BACKAN_FRESH = False  # begin anew, and ask for every page, whatever an interrupted crawl has left

# Politeness. The contact is the user's own: who runs a crawl answers for it.
USER_AGENT = f"BacKanArchive/1.0 (+{os.environ.get('BACKAN_CONTACT', 'no contact given')})"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "BacKanArchive"
ROBOTS_UNREACHABLE = "disallow"  # or "allow": what a robots.txt says that cannot be had
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.25
DOWNLOAD_DELAY_JITTER = 0.2  # of the delay, either way: never less than a second apart
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 2
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate",  # what every tool that reads WARC files can decode
    "Accept-Language": "vi,en;q=0.5",
}

# Safety: no door into the process, no scheme but http(s), no certificate unchecked. By default all are open.
REMOTE_CONTROL_ENABLED = TELNETCONSOLE_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True
via = "crawler.fetch.via.Via"
DOWNLOAD_HANDLERS = {"http": via, "https": via, "data": None, "file": None, "ftp": None, "s3": None}
DOWNLOAD_MAXSIZE = 0  # Scrapy would drop what is longer
CAPTURE_MAXSIZE = 32 << 20  # keeps what came, see crawler/fetch/truncate.py
DECODE_MAXSIZE = 128 << 20  # a body that unpacks to more is a bomb
DOWNLOAD_TIMEOUT = 60  # seconds until the head of a response is there, and between pieces of its body
CAPTURE_MAXTIME = 900  # seconds for all of it; keeps what came, see crawler/fetch/patience.py
REDIRECT_MAX_TIMES = 10
METAREFRESH_ENABLED = False  # front pages reload themselves for ever

# Every response counts, whatever its status, and half a page is better than none.
HTTPERROR_ALLOW_ALL = True
DOWNLOAD_FAIL_ON_DATALOSS = False

REQUEST_FINGERPRINTER_CLASS = "crawler.fetch.fingerprint.Fingerprinter"
SCHEDULER, DOWNLOADER = "crawler.frontier.scheduler.Scheduler", "crawler.fetch.settle.Downloader"
SPIDER_MIDDLEWARES = {"crawler.frontier.gather.Gather": 0}
ITEM_PIPELINES = {"crawler.store.Store": 0}
CONCURRENT_ITEMS = 1  # a page brings one, see Gather; Scrapy would begin a hundred tasks for each page
EXTENSIONS = {"crawler.logbook.Logbook": 0, "crawler.fetch.truncate.Truncate": 0}
EXTENSIONS |= {"crawler.beside.extension.ReadBeside": 0, "crawler.stalls.Stalls": 0}
EXTENSIONS |= {"crawler.fetch.crawl_delay.CrawlDelay": 900, "crawler.fetch.retry_after.RetryAfter": 900}
DOWNLOADER_MIDDLEWARES = {
    **dict.fromkeys(f"scrapy.downloadermiddlewares.{name}Middleware" for name in (
        "offsite.Offsite", "retry.Retry", "cookies.Cookies", "httpcompression.HttpCompression",
        "robotstxt.RobotsTxt")),
    "crawler.fetch.guard.Guard": 40,  # before robots.txt is asked for
    "crawler.fetch.robots.RobotsTxt": 100,
    "crawler.fetch.retry.Retry": 550,
    "crawler.fetch.challenge.Challenge": 585,  # after decoding
    "crawler.fetch.decode.DecodeAside": 590,
    "crawler.fetch.conditional.Conditional": 650,  # below what reads a body, above the cookies
    "crawler.fetch.cookies.Cookies": 700,
    "crawler.fetch.capture.Capture": 1000,  # next to the network: the last request, the first response
}  # fmt: skip
