"""Python programs in processes of their own, forked from one that has imported what a crawl imports.

To import it takes two seconds, which is more than most crawls here take, and is no test of anything.
"""

import atexit
import os
import runpy
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

FORKS = get_context("forkserver")
# Not Twisted's reactor, of which each process has its own, nor what imports it.
FORKS.set_forkserver_preload(
    """
    click.testing crawler.cli crawler.crawl crawler.demo crawler.fetch.capture crawler.fetch.challenge
    crawler.fetch.conditional crawler.fetch.cookies crawler.fetch.crawl_delay crawler.fetch.decode crawler.fetch.fingerprint
    crawler.fetch.guard crawler.fetch.retry crawler.fetch.retry_after crawler.fetch.robots crawler.fetch.settle
    crawler.fetch.truncate crawler.fetch.via crawler.frontier.gather crawler.frontier.scheduler crawler.health.deliver
    crawler.intake.rebuild crawler.replica crawler.report crawler.store fastwarc.warc numpy.random protego scrapy.cmdline
    scrapy.downloadermiddlewares.defaultheaders scrapy.downloadermiddlewares.downloadtimeout
    scrapy.downloadermiddlewares.httpauth scrapy.downloadermiddlewares.httpcache scrapy.downloadermiddlewares.httpproxy
    scrapy.downloadermiddlewares.offsite scrapy.downloadermiddlewares.redirect scrapy.downloadermiddlewares.robotstxt
    scrapy.downloadermiddlewares.stats scrapy.downloadermiddlewares.useragent scrapy.extensions.closespider
    scrapy.extensions.corestats scrapy.extensions.logcount scrapy.extensions.logstats scrapy.extensions.memdebug
    scrapy.extensions.memusage scrapy.extensions.remote_control scrapy.extensions.spiderstate scrapy.extensions.throttle
    scrapy.logformatter scrapy.resolver scrapy.spidermiddlewares.depth scrapy.spidermiddlewares.httperror
    scrapy.spidermiddlewares.metacopy scrapy.spidermiddlewares.start scrapy.spidermiddlewares.urllength smtplib
    spiders.backan spiders.giamngheo spiders.hoinongdan spiders.ict spiders.mic spiders.mst spiders.pacnam
    spiders.sonnptnt spiders.sonoivu spiders.ubmttq tldextract trafilatura
    """.split()
)
PATIENCE = 240.0  # seconds that nothing here takes


class Program:
    """`python WORDS...` as it runs; what it prints is in `output` once `end` has seen it end."""

    def __init__(self, words: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> None:
        self.output, self._folder = "", TemporaryDirectory()
        self._printed = Path(self._folder.name, "output"), Path(self._folder.name, "errors")
        self._process = FORKS.Process(target=_run, args=(words, self._printed, cwd, environment))
        self._process.start()

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid or 0, number)

    def end(self, within: float = PATIENCE) -> int:
        """Its exit code, once it has ended by itself."""
        self._process.join(within)
        is_stuck = self._process.is_alive()
        if is_stuck:
            self._process.kill()
            self._process.join()
        with self._folder:
            self.output = "".join(path.read_text() for path in self._printed if path.exists())
        assert not is_stuck, f"has not ended in {within:.0f} seconds: {self.output}"
        code = self._process.exitcode
        assert code is not None
        return code


def _run(words: Sequence[str], printed: tuple[Path, Path], cwd: Path, environment: Mapping[str, str]) -> None:
    """The whole of such a process."""
    for handle, path in enumerate(printed, start=1):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, handle)
        os.close(file)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    atexit._clear()  # what the one that was forked has to do at its end is not to be done here
    try:
        _carry_out(*words)
    finally:
        atexit._run_exitfuncs()


def _carry_out(first: str, *rest: str) -> None:
    if first == "-m":
        sys.argv[:] = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif first == "-c":
        sys.argv[:] = ["-c", *rest[1:]]
        sys.modules["__main__"] = main = ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.argv[:] = [first, *rest]
        runpy.run_path(first, run_name="__main__")
