"""What `backan doctor` says of certificates, and that what it advises mends them: servers on loopback."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archive.errors import ArchiveError
from crawler.doctor import trouble
from crawler.doctor.ask import Route, ask

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell"


@pytest.fixture(scope="module")
def authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    return key, certificate("Gốc", key, "Gốc", key, ca=True)


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    days: int = 1,
) -> x509.Certificate:
    named, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer))
    now = datetime.now(UTC)
    names = [x509.IPAddress(ip_address("127.0.0.1"))] if name == "127.0.0.1" else [x509.DNSName("x.example")]
    builder = (
        x509.CertificateBuilder().subject_name(named).issuer_name(by).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days)).add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca, None), True)
    )  # fmt: skip
    return builder.sign(signer, hashes.SHA256())


@contextmanager
def tls_server(key: ec.EllipticCurvePrivateKey, chain: list[x509.Certificate], folder: Path) -> Iterator[str]:
    pem = serialization.Encoding.PEM
    kept = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(kept + b"".join(one.public_bytes(pem) for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(ANSWER)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """Guests that do not trust it leave in the middle."""

    httpd = Server(("127.0.0.1", 0), Handler)
    httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{httpd.server_port}/"
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


def status(url: str, **route: object) -> int:
    return asyncio.run(ask(url, Route({}, **route), lambda _: True)).exchange.status  # type: ignore[arg-type]


def test_an_incomplete_chain_is_told_and_mended_by_the_one_that_is_missing(
    authority: tuple[ec.EllipticCurvePrivateKey, x509.Certificate], tmp_path: Path
) -> None:
    root, _ = authority
    between, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    missing = certificate("Giữa", between, "Gốc", root, ca=True)
    bundle = tmp_path / "mic.pem"
    bundle.write_bytes(missing.public_bytes(serialization.Encoding.PEM))
    with tls_server(own, [certificate("127.0.0.1", own, "Giữa", between)], tmp_path) as url:
        with pytest.raises(httpx.ConnectError) as failed:
            status(url)
        assert status(url, bundle=bundle) == 200
        assert status(url, verify=False) == 200
    what, advice = trouble.told(failed.value, "mic", url)
    assert "an incomplete chain" in what
    assert 'ca_bundle = "mic.pem"' in advice
    assert "\n$ curl ADDRESS | openssl x509 -inform der -out mic.pem\n" in advice
    assert "`verify = false` checks nothing" in advice


@pytest.mark.parametrize(
    ("name", "days", "what"),
    [
        ("127.0.0.1", 1, "signed by nobody but itself"),
        ("x.example", 1, "signed by nobody but itself"),
    ],
)
def test_a_certificate_that_is_its_own_is_told(name: str, days: int, what: str, tmp_path: Path) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    signed = certificate(name, own, name, own, days=days)
    with tls_server(own, [signed], tmp_path) as url, pytest.raises(httpx.ConnectError) as failed:
        status(url)
    assert what in trouble.told(failed.value, "mic", url)[0]


@pytest.mark.parametrize(
    ("name", "days", "what"),
    [
        ("127.0.0.1", -1, "its certificate has expired"),
        ("x.example", 1, "its certificate is for another name"),
    ],
)
def test_a_certificate_that_does_not_hold_is_told(
    name: str,
    days: int,
    what: str,
    authority: tuple[ec.EllipticCurvePrivateKey, x509.Certificate],
    tmp_path: Path,
) -> None:
    root, trusted = authority
    bundle = tmp_path / "root.pem"
    bundle.write_bytes(trusted.public_bytes(serialization.Encoding.PEM))
    own = ec.generate_private_key(ec.SECP256R1())
    signed = certificate(name, own, "Gốc", root, days=days)
    with tls_server(own, [signed], tmp_path) as url, pytest.raises(httpx.ConnectError) as failed:
        status(url, bundle=bundle)
    told, advice = trouble.told(failed.value, "mic", url)
    assert what in told
    assert advice.startswith("Wait until they have renewed it")


def test_a_bundle_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "mic.pem").write_text("nothing")
    with pytest.raises(ArchiveError) as failed:
        status("https://127.0.0.1:9/", bundle=tmp_path / "mic.pem")
    assert "holds no certificate in PEM" in trouble.told(failed.value, "mic", "https://mic.gov.vn/")[0]
