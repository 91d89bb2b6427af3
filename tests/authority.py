"""A time-stamping authority of one's own on loopback: ``openssl ts`` behind a small server, with a CA made for it."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.loopback import QuietHandler, serve_handler

_CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = An authority for tests
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[policy]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""

Change = Callable[[bytes], bytes | None]
"""What becomes of an answer on its way; None: it never comes."""


class Authority:
    """Answers questions for time stamps; ``change`` spoils its answers, ``asked`` has the questions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[bytes] = []
        self.change: Change = lambda answer: answer
        self.url = ""
        self.leave = threading.Event()
        folder.mkdir(parents=True)
        (folder / "openssl.cnf").write_text(_CONFIGURATION.format(folder=folder))
        (folder / "serial").write_text("01\n")
        self._make_certificates()

    @property
    def root(self) -> Path:
        """The certificate that whoever checks a token has to know."""
        return self.folder / "ca.pem"

    def stamp(self, question: bytes) -> bytes:
        """Answer a question as an authority should."""
        (self.folder / "question.tsq").write_bytes(question)
        files = ["-queryfile", "question.tsq", "-out", "answer.tsr"]
        self._openssl("ts", "-reply", *files, "-config", "openssl.cnf", "-section", "policy")
        return (self.folder / "answer.tsr").read_bytes()

    def verify(self, digest: str, token: Path) -> bool:
        """Say whether openssl accepts a token for a digest (hexadecimal), as anybody can ask it."""
        command = ["openssl", "ts", "-verify", "-digest", digest, "-in", str(token), "-CAfile", str(self.root)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _make_certificates(self) -> None:
        new = ("-newkey", "rsa:2048", "-nodes", "-config", "openssl.cnf")
        self._openssl(*("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-extensions", "ca"))
        self._openssl(*("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=TSA"))
        signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "openssl.cnf")
        self._openssl("x509", "-req", "-in", "tsa.csr", "-out", "tsa.pem", *signing, "-extensions", "tsa")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, cwd=self.folder, capture_output=True)


@contextmanager
def serve_authority(folder: Path) -> Iterator[Authority]:
    """Serve an authority while the context lasts."""
    authority = Authority(folder)

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802 - http.server's name
            question = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(question)
            answer = authority.change(authority.stamp(question))
            if answer is None:
                authority.leave.wait(60)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    with serve_handler(Handler) as base:
        authority.url = f"{base}/tsa"
        yield authority
        authority.leave.set()
