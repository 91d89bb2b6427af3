"""The anonymous signature of a WACZ (WACZ Signing and Verification 0.1.0): ECDSA over the digest of its data package.

The key is P-384, and the signature both numbers in 48 bytes each, as the programs do that run in browsers. It proves
that two packages were signed by one hand; whose hand it is has to be told by publishing the key.
"""

import base64
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from archiver.errors import ArchiverError

VERSION = "0.1.0"
_BYTES = 48


class Signer:
    """Signs with the key in a file, which is made where there is none; readable by its owner alone. ArchiverError."""

    def __init__(self, path: Path) -> None:
        self._key = _load_key(path) if path.exists() else _make_key(path)

    @property
    def public_key(self) -> str:
        """The public part of the key, as it stands in packages."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return base64.b64encode(self._key.public_key().public_bytes(serialization.Encoding.DER, form)).decode()

    def sign(self, digest: str, created: str, software: str) -> dict[str, str]:
        """Sign the digest of a data package; returns what stands beside it."""
        signed = decode_dss_signature(self._key.sign(digest.encode(), ec.ECDSA(hashes.SHA256())))
        signature = b"".join(number.to_bytes(_BYTES, "big") for number in signed)
        return {
            "hash": digest,
            "created": created,
            "software": software,
            "version": VERSION,
            "signature": base64.b64encode(signature).decode(),
            "publicKey": self.public_key,
        }


def find_key(archive: Path) -> Path:
    """Return where the key of an archive lies: beside it."""
    real = archive.resolve()
    return real.with_name(f"{real.stem}.signing-key.pem")


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ArchiverError(
            f"{path}: the key cannot be read ({error}); put the right one there, or move it away"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.key_size != _BYTES * 8:
        raise ArchiverError(f"{path}: this is no ECDSA key of 384 bits; move it away, and a new one is made")
    return key


def _make_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = ec.generate_private_key(ec.SECP384R1())
    written = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(written)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise ArchiverError(f"{path}: the key cannot be written: {error.strerror}; make the folder writable") from error
    return key
