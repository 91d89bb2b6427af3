"""Whom a crawl talks to: certificates are checked, and what is wrong with one is said plainly."""

from collections.abc import Callable
from typing import Any

from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from archiver.crawl.transport.failures import RefusedError
from archiver.findings import Kind

_REMEDY = 'to crawl it all the same, write tls = "tolerant" in the file of the site: every capture will say so'
_EXPIRED: tuple[Kind, str] = ("tls_expired", "the certificate is not valid today")
_INCOMPLETE: tuple[Kind, str] = (
    "tls_untrusted",
    "who issued the certificate is not known here, or the server left it out of its chain",
)
_SELF_SIGNED: tuple[Kind, str] = ("tls_untrusted", "the certificate vouches for itself")
# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_REASONS: dict[int, tuple[Kind, str]] = {
    9: _EXPIRED,
    10: _EXPIRED,
    2: _INCOMPLETE,
    20: _INCOMPLETE,
    21: _INCOMPLETE,
    18: _SELF_SIGNED,
    19: _SELF_SIGNED,
}


@implementer(IPolicyForHTTPS)
class CheckedCertificates:
    """Makes connections as another policy does, but says why a certificate was refused.

    Twisted checks the same, and tells of an expired certificate and of an unknown one alike: that something failed.
    """

    def __init__(self, policy: Any) -> None:
        self._policy = policy

    def creatorForNetloc(self, hostname: bytes, port: int) -> "CheckedConnections":  # noqa: N802 - Twisted's name
        """Return what makes connections to a host."""
        return CheckedConnections(self._policy.creatorForNetloc(hostname, port), hostname.decode("ascii"))


@implementer(IOpenSSLClientConnectionCreator)
class CheckedConnections:
    """Makes connections to one host, its certificate checked."""

    def __init__(self, connections: Any, host: str) -> None:
        self._connections = connections
        self._host = host

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803 - Twisted's names
        """Make one connection; its end is a RefusedError where the certificate will not do."""
        connection: SSL.Connection = self._connections.clientConnectionForTLS(tlsProtocol)
        check = _make_check(self._host, tlsProtocol.failVerification)
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, check)
        return connection


def _make_check(host: str, refuse: Callable[[Failure], None]) -> Callable[[SSL.Connection, X509, int, int, int], bool]:
    """Make what OpenSSL calls for every certificate of a chain; an exception in it would be lost."""

    def check(_: SSL.Connection, certificate: X509, error: int, depth: int, accepted: int) -> bool:
        problem = _find_fault(host, certificate, error, depth, accepted=bool(accepted))
        if problem:
            refuse(Failure(problem))  # type: ignore[no-untyped-call]
        return problem is None

    return check


def _find_fault(host: str, certificate: X509, error: int, depth: int, *, accepted: bool) -> RefusedError | None:
    if not accepted:
        kind, meaning = _REASONS.get(error, ("tls_untrusted", f"the certificate cannot be verified (OpenSSL: {error})"))
        return RefusedError(kind, f"{meaning}; {_REMEDY}")
    if depth == 0 and not _is_for(host, certificate):
        return RefusedError("tls_wrong_host", f"the certificate is not one for {host}; {_REMEDY}")
    return None


def _is_for(host: str, certificate: X509) -> bool:
    wanted = IPAddress_ID(host) if isIPAddress(host) or isIPv6Address(host) else DNS_ID(host)
    try:
        verify_service_identity(extract_patterns(certificate), [wanted], [])
    except (VerificationError, CertificateError, ValueError):
        return False
    return True
