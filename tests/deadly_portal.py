"""A portal whose pages end the process that reads them, for readers and crawls in processes of their own."""

import os
import re
import signal
from pathlib import Path
from urllib.parse import urlsplit

from hostile_portal import Local
from scrapy.http import Response

from archive.model import Page


class Deadly(Local):
    name = "deadly"

    @classmethod
    def read(cls, response: Response) -> Page:
        parts = urlsplit(response.url)
        match parts.path:
            case "/bai/chet":
                os.kill(os.getpid(), signal.SIGKILL)
            case "/bai/chet-mot-lan" if not Path(parts.query).exists():
                Path(parts.query).touch()
                os.kill(os.getpid(), signal.SIGSEGV)
            case "/bai/treo":  # in C, where no other thread of Python has its turn
                re.fullmatch("(a+)+", "a" * 64 + "b")
            case "/bai/loi":
                raise LookupError("a mistake of ours")
        return super().read(response)
