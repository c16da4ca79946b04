"""Write WARC files as a crawl leaves them: `python -m bench.tasks.warcs FOLDER heavy|short COUNT`."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.warc.writer import WarcWriter
from bench.pages import Heavy
from bench.short import short_pages

HOST = "sonnptnt.backan.gov.vn"
IN_FILE = {"heavy": 100, "short": 2_500}
BEGUN = datetime(2024, 1, 1, tzinfo=UTC)
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n"


def heavy_pages(count: int) -> Iterator[tuple[str, bytes]]:
    return ((f"https://{HOST}{made.path}", made.html) for made in Heavy(count).articles())


def main() -> None:
    folder, kind, count = Path(sys.argv[1]) / "warc", sys.argv[2], int(sys.argv[3])
    pages = heavy_pages(count) if kind == "heavy" else short_pages(count)
    writer: WarcWriter | None = None
    for number, (url, html) in enumerate(pages):
        now = BEGUN + timedelta(seconds=number)
        if number % IN_FILE[kind] == 0:
            if writer:
                writer.close()
            writer = WarcWriter(folder, f"sonnptnt-{now:%Y%m%dT%H%M%SZ}", {"software": "bench"}, level=1)
        assert writer
        writer.write(url, f"{now:%Y-%m-%dT%H:%M:%SZ}", None, HEAD.format(len(html)).encode(), html)
    if writer:
        writer.close()
    files = list(folder.iterdir())
    print(json.dumps({"files": len(files), "bytes": sum(file.stat().st_size for file in files)}))


if __name__ == "__main__":
    main()
