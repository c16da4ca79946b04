"""Who crawls: ours, and its peers; each from an empty folder, as a process of its own."""

import json
import shutil
from pathlib import Path
from time import monotonic, time

from bench.measure import ROOT, BrokenError, Run, process, task
from bench.portal import SITE
from bench.served import ask

PEERS = ROOT / ".venv-bench" / "bin"
# Its heuristics take no page without og:type for an article, and no portal has one: all pages count, then.
NEWS_PLEASE = {
    "overwrite_heuristics": {
        "og_type": False, "linked_headlines": False, "self_linked_headlines": False,
        "crawler_contains_only_article_alikes": True,
    },
    "pass_heuristics_condition": "crawler_contains_only_article_alikes",
}  # fmt: skip
# It takes the port for a part of the domain, and then all pages for those of another.
AT_ANY_PORT = (
    "[Scrapy]\nDOWNLOADER_MIDDLEWARES = {'scrapy.downloadermiddlewares.offsite.OffsiteMiddleware': None}\n"
)
NOT_FOUND = 8  # what wget ends with where some address was not there


def ours(site: str, folder: Path) -> tuple[Run, int]:
    """The run, and how many articles came of it, as of all crawlers here."""
    run = task("ours", folder, environ={SITE: site})
    return run, run.told["articles"]


def bare(site: str, folder: Path) -> tuple[Run, int]:
    run = task("bare", folder / "articles.jsonl", environ={SITE: site})
    return run, run.told["articles"]


def wget(site: str, folder: Path) -> tuple[Run, int]:
    command = [
        _program("wget"), "--recursive", "--level=inf", "--no-verbose", f"--warc-file={folder / 'site'}",
        f"--directory-prefix={folder / 'files'}", site,
    ]  # fmt: skip
    return process(command, ok=(0, NOT_FOUND)), ask(f"{site}__figures")["pages"]


def news_please(site: str, folder: Path) -> tuple[Run, int]:
    """Its end is that of its last article: only every ten seconds it looks whether it is done."""
    program = _program("news-please")
    config = folder / "config"
    config.mkdir()
    defaults = next(
        Path(program).parents[1].glob("lib/python3*/*-packages/newsplease/config/config.cfg"), None
    )
    if defaults is None:
        raise BrokenError("news-please has no configuration of its own")
    original = defaults.read_text()
    changed = original.replace("~/news-please-repo/", f"{folder}/").replace("[Scrapy]\n", AT_ANY_PORT, 1)
    (config / "config.cfg").write_text(changed)
    (config / "sitelist.hjson").write_text(json.dumps({"base_urls": [{"url": site, **NEWS_PLEASE}]}))
    run = process([program, "-c", f"{config}/"])
    written = [file.stat().st_mtime for file in (folder / "data").rglob("*.json")]
    ended = max(written, default=time()) - time() + monotonic()
    return Run(run.wall, run.cpu, run.began, ended, run.told), len(written)


def _program(name: str) -> str:
    """Where it is, the suite's own first. Raises BrokenError where it is not there."""
    found = shutil.which(name, path=str(PEERS)) or shutil.which(name)
    if found is None:
        raise BrokenError(f"{name} is not installed")
    return found
