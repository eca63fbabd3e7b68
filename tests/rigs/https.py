"""A partner's HTTPS endpoint: a real uvicorn on loopback, with an authority made for the test.

`Endpoint` answers what the test lays out, in turn, and keeps what it was sent. `authority` signs
for `localhost` and 127.0.0.1, and for a client; a second authority signs for nobody we know.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.types import Receive, Scope, Send

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=36_500)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Files of one authority and of what it signed, all PEM."""

    ca: Path
    server: Path
    client: Path
    client_key: Path
    stranger: Path
    stranger_key: Path


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _signed(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    *,
    by: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None,
    names: tuple[x509.GeneralName, ...] = (),
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    issuer, signer = by or (name, key)
    public, authority = key.public_key(), by is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
    )
    if authority:
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        builder = builder.add_extension(usage, critical=True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


def authority(folder: Path) -> Authority:
    """Make an authority and what it signs, and a stranger who signs for itself."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Authority(
        **{
            name: folder / f"{name}.pem"
            for name in ("ca", "server", "client", "client_key", "stranger", "stranger_key")
        }
    )
    ca_key, server_key, client_key, stranger_key = _key(), _key(), _key(), _key()
    ca = _signed("Test authority", ca_key)
    signer = (ca.subject, ca_key)
    names = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")))
    server = _signed("localhost", server_key, by=signer, names=names)
    client = _signed("Supplier hub", client_key, by=signer)
    stranger = _signed("Stranger", stranger_key)
    pem = serialization.Encoding.PEM
    made.ca.write_bytes(ca.public_bytes(pem))
    made.server.write_bytes(server.public_bytes(pem) + _pem(server_key))
    made.client.write_bytes(client.public_bytes(pem))
    made.client_key.write_bytes(_pem(client_key))
    made.stranger.write_bytes(stranger.public_bytes(pem))
    made.stranger_key.write_bytes(_pem(stranger_key))
    return made


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request that came in whole."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Says:
    """One answer; `pieces` leave one by one with `pause` seconds before each, `cut` cuts it off."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: int = 1
    pause: float = 0
    cut: bool = False


@dataclass(kw_only=True)
class Endpoint:
    """What a partner runs: `plan` gives the answer to each request, the number counting from 0."""

    url: str
    plan: Callable[[int, Asked], Says] = lambda number, asked: Says()
    asked: list[Asked] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        query = scope["query_string"].decode()
        asked = Asked(
            method=scope["method"],
            path=scope["path"] + (f"?{query}" if query else ""),
            headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
            body=body,
        )
        self.asked.append(asked)
        await self._say(self.plan(len(self.asked) - 1, asked), send)

    async def _say(self, says: Says, send: Send) -> None:
        length = len(says.body) * says.pieces
        headers = {"content-length": str(length + int(says.cut)), **says.headers}
        raw = [(k.encode(), v.encode()) for k, v in headers.items() if v]
        await asyncio.sleep(says.pause)
        await send({"type": "http.response.start", "status": says.status, "headers": raw})
        for _ in range(says.pieces):
            await asyncio.sleep(says.pause)
            await send({"type": "http.response.body", "body": says.body, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@contextmanager
def endpoint(made: Authority | None, *, mutual: bool = False) -> Iterator[Endpoint]:
    """Run an endpoint over TLS, or without when there is no authority, until the block ends."""
    scheme = "http" if made is None else "https"
    found = Endpoint(url="")
    tls = {}
    if made is not None:
        tls = {
            "ssl_certfile": str(made.server),
            "ssl_ca_certs": str(made.ca),
            "ssl_cert_reqs": ssl.CERT_REQUIRED if mutual else ssl.CERT_NONE,
        }
    server = uvicorn.Server(
        uvicorn.Config(
            found,
            host="127.0.0.1",
            port=0,
            log_config=None,
            lifespan="off",
            ws="none",
            loop="asyncio",
            timeout_graceful_shutdown=1,
            **tls,
        )
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    found.url = f"{scheme}://localhost:{port}"
    try:
        yield found
    finally:
        server.should_exit = True
        thread.join()
