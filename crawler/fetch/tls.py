"""Whose word a crawl takes for a site's certificate: the usual authorities', and that of a bundle."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate, load_pem_x509_certificates
from OpenSSL import SSL
from OpenSSL.crypto import X509, X509StoreFlags
from scrapy.settings import BaseSettings
from twisted.internet._sslverify import OpenSSLDefaultPaths
from twisted.internet.ssl import AcceptableCiphers, optionsForClientTLS
from twisted.web.client import BrowserLikePolicyForHTTPS

from archive.errors import ArchiveError


class Roots(OpenSSLDefaultPaths):
    """The authorities that the system trusts, and the certificates of a bundle.

    What stands in the bundle is trusted itself, be it an authority, one between a site and its authority,
    which the site forgets to send, or a site's own.
    """

    def __init__(self, bundle: Iterable[Certificate]) -> None:
        self.bundle = [X509.from_cryptography(certificate) for certificate in bundle]

    def _addCACertsToContext(self, context: SSL.Context) -> None:  # noqa: N802  # Twisted's name for it
        super()._addCACertsToContext(context)  # type: ignore[no-untyped-call]
        store = context.get_cert_store()
        assert store
        for certificate in self.bundle:
            store.add_cert(certificate)
        store.set_flags(X509StoreFlags.PARTIAL_CHAIN)


class Policy(BrowserLikePolicyForHTTPS):
    """Checks certificates and the names in them as Scrapy's own does, which knows no bundle."""

    def __init__(self, roots: Roots, ciphers: str) -> None:
        super().__init__(roots)  # type: ignore[no-untyped-call]
        self.roots = roots
        self.ciphers = AcceptableCiphers.fromOpenSSLCipherString(ciphers)  # type: ignore[no-untyped-call]

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802  # the interface's name for it
        options = {"fixBrokenPeers": True, "acceptableCiphers": self.ciphers}
        roots: Any = self.roots  # zope knows that it is a trust root, mypy does not
        return optionsForClientTLS(hostname.decode("ascii"), roots, extraCertificateOptions=options)


def policy_of(settings: BaseSettings) -> Policy | None:
    """Where BACKAN_CA_BUNDLE names a file; else, and where nothing is checked, Scrapy's own will do.

    Raises ArchiveError, see `certificates_in`.
    """
    bundle = settings["BACKAN_CA_BUNDLE"]
    if not bundle or not settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"):
        return None
    return Policy(Roots(certificates_in(Path(bundle))), settings["DOWNLOADER_CLIENT_TLS_CIPHERS"])


def certificates_in(bundle: Path) -> Sequence[Certificate]:
    """The certificates of a file in PEM. Raises ArchiveError that says what is wrong with it."""
    try:
        return load_pem_x509_certificates(bundle.read_bytes())
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
    except ValueError:
        why = "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
    raise ArchiveError(
        f"the CA bundle {json.dumps(str(bundle), ensure_ascii=False)}: {why}; mend it, or take `ca_bundle` "
        "out of schedule.toml"
    )
