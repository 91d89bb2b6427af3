"""Certificates are checked, what is wrong with one is said plainly, and a site may be taken as it is."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import FAST, Crawling, Done
from tests.portal import demo_portal, serve
from tests.test_crawl_faults import CHANNEL

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
HERE = "127.0.0.1"


@dataclass
class Authority:
    """Who issues certificates: a root if it has no issuer."""

    name: str
    issuer: "Authority | None" = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        by = self.issuer or self
        self.certificate = _certify(self.name, self.key, by.name, by.key, (NOW - DAY, NOW + 9 * DAY), host=None)


def _certify(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    valid: tuple[datetime, datetime],
    host: str | None,
) -> x509.Certificate:
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]),
        key.public_key(),
        x509.random_serial_number(),
        *valid,
    ).add_extension(x509.BasicConstraints(ca=host is None, path_length=None), critical=True)
    if host is not None:
        numeric = host.replace(".", "").isdigit()
        names = x509.IPAddress(ip_address(host)) if numeric else x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([names]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


@dataclass(frozen=True)
class Certificate:
    """A certificate of a server: by whom, for whom, for which days from now, with which others it is sent."""

    issuer: str = "root"
    host: str = HERE
    days: tuple[int, int] = (-1, 9)
    chain: tuple[str, ...] = ()


CERTIFICATES = {
    "good": Certificate(),
    "good, for a name": Certificate(host="localhost"),
    "good, with its chain": Certificate("between", chain=("between",)),
    "expired": Certificate(days=(-9, -1)),
    "not valid yet": Certificate(days=(1, 9)),
    "self-signed": Certificate("itself"),
    "of an unknown root": Certificate("stranger"),
    "of an unknown root that is sent": Certificate("stranger", chain=("stranger",)),
    "without its chain": Certificate("between"),
    "for another host": Certificate(host="cong.example"),
    "for another address": Certificate(host="127.0.0.2"),
}
FAULTS = {
    "expired": "tls_expired",
    "not valid yet": "tls_expired",
    "self-signed": "tls_untrusted",
    "of an unknown root": "tls_untrusted",
    "of an unknown root that is sent": "tls_untrusted",
    "without its chain": "tls_untrusted",
    "for another host": "tls_wrong_host",
    "for another address": "tls_wrong_host",
}


class Registry:
    """The authorities of a test, one of them trusted, and the servers' certificates as files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        root = Authority("root")
        self._authorities = {"root": root, "between": Authority("between", root), "stranger": Authority("stranger")}
        self.trusted = folder / "root.pem"
        self.trusted.write_bytes(_write([root.certificate]))

    def context(self, name: str) -> ssl.SSLContext:
        """Make what a server needs to speak TLS with a certificate."""
        wanted = CERTIFICATES[name]
        key = ec.generate_private_key(ec.SECP256R1())
        by = self._authorities.get(wanted.issuer) or Authority("may-chu", key=key)
        valid = (NOW + wanted.days[0] * DAY, NOW + wanted.days[1] * DAY)
        own = _certify("may-chu", key, by.name, by.key, valid, wanted.host)
        path = self._folder / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + _write([own, *(self._authorities[above].certificate for above in wanted.chain)]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _write(certificates: Sequence[x509.Certificate]) -> bytes:
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Registry(tmp_path_factory.mktemp("certificates"))


SITES = """
from archiver.crawl.spider import CommitteeSpider

class Chat(CommitteeSpider):
    name, title, platform = "chat", "Cổng kiểm tra chứng chỉ", "liferay_hanoi"
    listings = ({strict!r},)

class Thoang(CommitteeSpider):
    name, title, platform, tls = "thoang", "Cổng nhận mọi chứng chỉ", "liferay_hanoi", "tolerant"
    listings = ({tolerant!r},)
"""


class Sites:
    """Crawls of two sites, one of which takes any certificate."""

    def __init__(self, folder: Path, registry: Registry) -> None:
        self._folder = folder
        self._registry = registry
        self.crawling = Crawling(folder)

    def crawl(self, names: Sequence[str], strict: str, tolerant: str, *more: str) -> Done:
        """Crawl the sites of these names, one after the other or side by side in one process."""
        (self._folder / "tls_sites.py").write_text(SITES.format(strict=strict, tolerant=tolerant), encoding="utf-8")
        return self.crawling.archiver(
            *("crawl", *names, "-s", "SPIDER_MODULES=tls_sites", *FAST, *more),
            SSL_CERT_FILE=str(self._registry.trusted),
            PYTHONPATH=str(self._folder),
        )

    def findings(self, site: str) -> list[tuple[object, str]]:
        rows = self.crawling.query(
            "SELECT f.kind, f.detail FROM findings f JOIN runs r ON r.id = f.run_id WHERE r.site = ?", site
        )
        return [(row["kind"], str(row["detail"])) for row in rows]

    def captures(self, site: str) -> dict[object, object]:
        """Count the captures of a site by what they say of TLS."""
        rows = self.crawling.query(
            "SELECT tls, count(*) AS n FROM captures k JOIN runs r ON r.id = k.run_id WHERE r.site = ? GROUP BY tls",
            site,
        )
        return {row["tls"]: row["n"] for row in rows}

    def articles(self, site: str) -> int:
        return len(self.crawling.query("SELECT 1 FROM current_articles WHERE site = ?", site))


@pytest.fixture
def sites(tmp_path: Path, registry: Registry) -> Sites:
    return Sites(tmp_path, registry)


@pytest.mark.parametrize("name", [name for name in CERTIFICATES if name.startswith("good")])
def test_good_certificates(sites: Sites, registry: Registry, name: str) -> None:
    portal = demo_portal()
    with serve(portal, tls=registry.context(name)) as base:
        host = CERTIFICATES[name].host
        done = sites.crawl(["chat"], f"https://{host}:{urlsplit(base).port}/{CHANNEL}", base)
    assert (done.status, done.err) == (0, "")
    assert sites.articles("chat") == len(portal.listed(CHANNEL))
    assert set(sites.captures("chat")) == {None}


# One of them stands for all in the default suite.
@pytest.mark.parametrize(
    "name", ["expired", *(pytest.param(name, marks=pytest.mark.slow) for name in FAULTS if name != "expired")]
)
def test_one_site_refuses_and_one_takes_a_certificate(sites: Sites, registry: Registry, name: str) -> None:
    """Side by side in one process and at one server: the site that does not say otherwise hears nothing."""
    strict, tolerant = demo_portal(), demo_portal()
    with serve(strict, tls=registry.context(name)) as one, serve(tolerant, tls=registry.context(name)) as other:
        done = sites.crawl(["chat", "thoang"], f"{one}/{CHANNEL}", f"{other}/{CHANNEL}")
    count = len(tolerant.listed(CHANNEL))
    assert (done.status, strict.requests, sites.articles("chat")) == (1, [], 0)
    assert {kind for kind, _ in sites.findings("chat")} == {FAULTS[name]}
    assert all('write tls = "tolerant" in the file of the site' in detail for _, detail in sites.findings("chat"))
    assert sites.findings("thoang") == []
    assert sites.articles("thoang") == count
    assert sites.captures("thoang") == {"tolerant": len(tolerant.requests)}
    assert sites.captures("chat") == {}
    assert "Traceback" not in done.err


@pytest.mark.parametrize("robots", ["0", "1"])
def test_a_refused_certificate_is_looked_at_once(sites: Sites, registry: Registry, robots: str) -> None:
    """It would be no other the third time."""
    with serve(demo_portal(), tls=registry.context("expired")) as base:
        start = f"{base}/{CHANNEL}"
        sites.crawl(["chat"], start, start, "-s", f"ROBOTSTXT_OBEY={robots}", "-s", "RETRY_TIMES=3")
    assert sites.crawling.query("SELECT requests, findings FROM run_summary") == [{"requests": 1, "findings": 1}]


def test_tolerance_is_for_certificates_not_for_plain_text(sites: Sites) -> None:
    """A capture made over http has no certificate to be tolerant of."""
    with serve(demo_portal()) as base:
        done = sites.crawl(["thoang"], base, f"{base}/{CHANNEL}")
    assert (done.status, set(sites.captures("thoang"))) == (0, {None})


@pytest.mark.parametrize(("value", "status", "said"), [("0", 0, {"tolerant"}), ("1", 1, set())])
def test_the_command_line_wins_and_captures_tell_the_truth(
    sites: Sites, registry: Registry, value: str, status: int, said: set[str]
) -> None:
    name = "chat" if value == "0" else "thoang"
    with serve(demo_portal(), tls=registry.context("expired")) as base:
        start = f"{base}/{CHANNEL}"
        done = sites.crawl([name], start, start, "-s", f"DOWNLOAD_VERIFY_CERTIFICATES={value}")
    assert (done.status, set(sites.captures(name))) == (status, said)


def _old(registry: Registry) -> ssl.SSLContext:
    """Speak nothing newer than TLS 1.0, as servers of 2005 do."""
    context = registry.context("good")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options &= ~(ssl.OP_NO_TLSv1 | ssl.OP_NO_SSLv3)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


@pytest.mark.parametrize("site", ["chat", "thoang"])
def test_no_encryption_that_both_sides_know(sites: Sites, registry: Registry, site: str) -> None:
    portal = demo_portal()
    with serve(portal, tls=_old(registry)) as base:
        done = sites.crawl([site], f"{base}/{CHANNEL}", f"{base}/{CHANNEL}")
    assert (done.status, portal.requests) == (1, [])
    assert {kind for kind, _ in sites.findings(site)} == {"tls_failed"}


def test_a_server_that_does_not_encrypt(sites: Sites) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        start = f"{base.replace('http:', 'https:')}/{CHANNEL}"
        done = sites.crawl(["chat"], start, start)
    assert (done.status, portal.requests) == (1, [])
    assert {kind for kind, _ in sites.findings("chat")} == {"tls_failed"}
