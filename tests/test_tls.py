"""Certificates are checked as a browser does it; a bundle or `verify = false` is for one portal only, and told."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hostile_server import HTML, answer, page
from runs import rows, run
from scrapy.settings import Settings

from archive.errors import ArchiveError
from archive.warc.reader import records
from archive.warc.records import Other
from crawler.cli import main
from crawler.fetch.tls import certificates_in, policy_of

NOW = datetime.now(UTC)
PEM = serialization.Encoding.PEM
CRAWL = """
import sys
from pathlib import Path
import crawler.settings
crawler.settings.SPIDER_MODULES = ["tls_portals"]
from crawler.crawl import crawl
from crawler.report import of_crawls
data, names = Path(sys.argv[1]), sys.argv[2:]
hurry = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 0, "BACKAN_DISK_FREE": 0}
print(of_crawls(crawl(names, data, settings=hurry), data))
"""


@dataclass(frozen=True)
class Signed:
    """A certificate, its key, and who has signed it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    by: "Signed | None"

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    @property
    def private(self) -> bytes:
        return self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def signed(name: str, by: Signed | None, ca: bool = False, days: int = 1, san: str = "localhost") -> Signed:
    """A certificate that runs out in so many days; signed by itself where `by` nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = by.key if by else key
    builder = (
        x509.CertificateBuilder(
            by.certificate.subject if by else subject, subject, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(san)]), critical=False)
    return Signed(builder.sign(signer, hashes.SHA256()), key, by)


@cache
def authority() -> tuple[Signed, Signed, Signed]:
    """A root, an authority below it, and the certificate of localhost."""
    root = signed("Gốc", None, ca=True)
    middle = signed("Trung gian", root, ca=True)
    return root, middle, signed("localhost", middle)


@dataclass
class Site:
    """A server's certificates, in the order in which it sends them, and what it was asked for, under which name."""

    chain: Sequence[Signed]
    asked: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


@contextmanager
def serving(site: Site, folder: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            text = (
                answer("404 Not Found")
                if self.path == "/robots.txt"
                else answer("200 OK", HTML, body=page("A"))
            )
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            """`asked` is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = folder / f"{server.server_port}.pem"
    path.write_bytes(site.chain[0].private + b"".join(one.pem for one in site.chain))
    context.load_cert_chain(path)
    context.sni_callback = lambda _, name, __: site.names.append(name or "")  # type: ignore[assignment]
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # refused handshakes are meant
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def crawled(data: Path, sites: Mapping[str, Site], schedule: str, **more: str) -> str:
    """Crawl a portal for each of these servers, all in one process; what it printed."""
    data.mkdir(exist_ok=True)
    (data / "schedule.toml").write_text(schedule)
    with ExitStack() as stack:
        homes = {name: stack.enter_context(serving(site, data)) for name, site in sites.items()}
        return run("-c", CRAWL, str(data), *sites, TLS_HOMES=json.dumps(homes), **more)


@dataclass(frozen=True)
class Done:
    data: Path
    sites: Mapping[str, Site]
    printed: str


SCHEDULE = """
[portals.rooted]
ca_bundle = "root.pem"
[portals.rootonly]
ca_bundle = "root.pem"
[portals.mended]
ca_bundle = "middle.pem"
[portals.mendedtwice]
ca_bundle = "both.pem"
[portals.expired]
ca_bundle = "both.pem"
[portals.misnamed]
ca_bundle = "both.pem"
[portals.pinned]
ca_bundle = "own.pem"
[portals.unchecked]
verify = false
"""
READ = ("rooted", "mended", "mendedtwice", "pinned", "unchecked")
REFUSED = ("unrooted", "rootonly", "incomplete", "expired", "misnamed", "selfsigned")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    data = tmp_path_factory.mktemp("tls")
    root, middle, leaf = authority()
    own = signed("localhost", None)
    (data / "root.pem").write_bytes(root.pem)
    (data / "middle.pem").write_bytes(middle.pem)
    (data / "both.pem").write_bytes("Của Bộ\n".encode() + middle.pem + b"\n" + root.pem)
    (data / "own.pem").write_bytes(own.pem)
    sites = {
        "rooted": Site([leaf, middle]),
        "unrooted": Site([leaf, middle]),
        "rootonly": Site([leaf]),
        "incomplete": Site([leaf]),
        "mended": Site([leaf]),
        "mendedtwice": Site([leaf]),
        "expired": Site([signed("localhost", middle, days=-1), middle]),
        "misnamed": Site([signed("elsewhere", middle, san="elsewhere.test"), middle]),
        "selfsigned": Site([own]),
        "pinned": Site([own]),
        "unchecked": Site([signed("elsewhere", None, days=-1, san="elsewhere.test")]),
    }
    return Done(data, sites, crawled(data, sites, SCHEDULE))


@pytest.mark.parametrize("name", READ)
def test_a_site_that_is_vouched_for_is_read_robots_txt_and_all(done: Done, name: str) -> None:
    assert done.sites[name].asked == ["/robots.txt", "/"]
    assert rows(done.data, "select outcome from crawls where portal = ?", name) == [("finished",)]
    assert set(done.sites[name].names) == {"localhost"}, "a server of many sites must be told which one"


@pytest.mark.parametrize("name", REFUSED)
def test_a_site_that_nobody_vouches_for_is_asked_for_nothing(done: Done, name: str) -> None:
    assert done.sites[name].names, "it was reached"
    assert done.sites[name].asked == []
    [(note,)] = rows(
        done.data, "select note from captures where portal = ? and url not like '%robots.txt'", name
    )
    assert "certificate" in note or "match" in note


def told(data: Path, portal: str) -> tuple[str, object]:
    """What the WARC file says of certificates, and what the crawl's settings do."""
    [path] = (data / "warc").glob(f"{portal}-*.warc.gz")
    info = next(record for record in records(path) if isinstance(record, Other))
    [(settings,)] = rows(data, "select settings from crawls where portal = ?", portal)
    return info.fields["certificates"], json.loads(settings)["download_verify_certificates"]


def test_that_certificates_were_not_checked_is_told_in_the_warc_file_the_archive_and_the_report(
    done: Done,
) -> None:
    assert told(done.data, "unchecked") == ("not checked", False)
    assert "unchecked: certificates were not checked" in done.printed
    for name in (*READ[:-1], *REFUSED):
        assert told(done.data, name) == ("checked", True)
    assert done.printed.count("not checked") == 1


def test_a_bundle_is_named_in_the_settings_of_its_crawl(done: Done) -> None:
    [(settings,)] = rows(done.data, "select settings from crawls where portal = 'mended'")
    assert json.loads(settings)["backan_ca_bundle"] == str(done.data / "middle.pem")


def test_a_bundle_adds_to_the_usual_authorities_and_takes_none_away(tmp_path: Path) -> None:
    root, middle, leaf = authority()
    (tmp_path / "usual.pem").write_bytes(root.pem)
    (tmp_path / "other.pem").write_bytes(signed("Khác", None, ca=True).pem)
    sites = {"without": Site([leaf, middle]), "beside": Site([leaf, middle])}
    schedule = '[portals.beside]\nca_bundle = "other.pem"\n'
    crawled(tmp_path, sites, schedule, SSL_CERT_FILE=str(tmp_path / "usual.pem"))
    assert [site.asked for site in sites.values()] == [["/robots.txt", "/"]] * 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds no certificate in PEM"),
        (b"\x30\x82\x01", "holds no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no certificate in PEM"),
    ],
)
def test_a_bundle_of_no_use_is_told_before_anything_is_asked_or_written(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    if content is not None:
        (tmp_path / "mic.pem").write_bytes(content)
    (tmp_path / "schedule.toml").write_text('[portals.mic]\nca_bundle = "mic.pem"\n')
    with pytest.raises(ArchiveError, match=why):
        certificates_in(tmp_path / "mic.pem")
    result = CliRunner().invoke(main, ["crawl", "mic", "--data", str(tmp_path)])
    output = " ".join(result.output.split())
    assert (result.exit_code, "mend it, or take `ca_bundle` out of schedule.toml" in output) == (1, True), (
        output
    )
    assert {path.name for path in tmp_path.iterdir()} <= {"mic.pem", "schedule.toml", "locks", "archive.db"}


def test_without_a_bundle_or_without_checks_scrapys_own_policy_stays() -> None:
    assert policy_of(Settings({"DOWNLOAD_VERIFY_CERTIFICATES": True})) is None
    assert policy_of(Settings({"BACKAN_CA_BUNDLE": "/no.pem", "DOWNLOAD_VERIFY_CERTIFICATES": False})) is None
