"""How we prove to a partner who we are: headers, signatures, a certificate of ours.

Secrets are fetched at the first call and kept with the open wire. What lives here: also taking them
out of what a partner says, since some echo what they were sent.
"""

import base64
import hashlib
import hmac
import os
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import BinaryIO

from hub.errors import TransportError
from hub.transports.http.client import CHUNK, trusting
from hub.transports.http.config import Basic, Bearer, Config, Hmac, InHeader, Tls

SHORTEST_MASKED = 4  # signs; shorter ones would blot out half a sentence


class Proofs:
    """The proofs of one page, made when they are needed."""

    def __init__(self, config: Config, *, secrets: Callable[[str], str]) -> None:
        self._config = config
        self._secrets = secrets
        self._now: Callable[[], datetime] | None = None
        self._known: dict[str, str] = {}
        self._told: set[str] = set()
        self._trust: ssl.SSLContext | None = None

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """Take the clock that signatures go by."""
        self._now = now

    def headers(self, body: BinaryIO, *, size: int) -> Mapping[str, str]:
        """Return the headers that prove it for this body, which is left where it stood.

        Raises TransportError, permanent, for a secret that no header can carry.
        """
        auth = self._config.auth
        match auth:
            case Bearer():
                return self._authorization(f"Bearer {self._printable(auth.token)}")
            case Basic():
                pair = f"{auth.user}:{self._secret(auth.password)}".encode()
                return self._authorization(f"Basic {base64.b64encode(pair).decode()}")
            case InHeader():
                return {auth.name: self._printable(auth.secret)}
            case Hmac():
                return self._signed(auth, body, size)
            case None:
                return {}

    def trust(self) -> ssl.SSLContext:
        """Return the TLS context of this page, our certificate in it when the page names one."""
        if self._trust is None:
            self._trust = self._context(self._config.tls)
        return self._trust

    def masked(self, text: str) -> str:
        """Return the text without any secret that was used so far."""
        for secret in sorted(self._told, key=len, reverse=True):
            if len(secret) >= SHORTEST_MASKED:
                text = text.replace(secret, "…")
        return text

    def _authorization(self, value: str) -> Mapping[str, str]:
        self._told.add(value.partition(" ")[2])
        return {"Authorization": value}

    def _secret(self, reference: str) -> str:
        if reference not in self._known:
            self._known[reference] = self._secrets(reference).strip()
            self._told.add(self._known[reference])
        return self._known[reference]

    def _printable(self, reference: str) -> str:
        secret = self._secret(reference)
        if not secret or not secret.isascii() or not secret.isprintable():
            raise TransportError(
                f"the secret behind {reference} is empty or has signs that no header carries; "
                "correct it where it is kept",
                permanent=True,
            )
        return secret

    def _signed(self, auth: Hmac, body: BinaryIO, size: int) -> Mapping[str, str]:
        mac = hmac.new(self._secret(auth.secret).encode(), digestmod=hashlib.sha256)
        headers = {}
        if auth.timestamp_header is not None:
            if self._now is None:
                raise TransportError("this wire was given no clock to sign by", permanent=True)
            stamp = str(int(self._now().timestamp()))
            headers[auth.timestamp_header] = stamp
            mac.update(f"{stamp}.".encode())
        start = body.tell()
        while chunk := body.read(min(CHUNK, size)):
            mac.update(chunk)
            size -= len(chunk)
        body.seek(start)
        hashed = mac.digest()
        text = hashed.hex() if auth.encoding == "hex" else base64.b64encode(hashed).decode()
        return {**headers, auth.header: auth.prefix + text}

    def _context(self, tls: Tls) -> ssl.SSLContext:
        try:
            context = trusting(self._secrets(tls.authorities) if tls.authorities else "")
            if tls.certificate is not None and tls.private_key is not None:
                self._present(context, tls, tls.certificate, tls.private_key)
        except ssl.SSLError as fault:
            raise TransportError(
                "the page's certificate, private_key, passphrase or authorities cannot be used: "
                f"{fault.reason or 'they are no PEM'}",
                permanent=True,
            ) from None
        return context

    def _present(
        self, context: ssl.SSLContext, tls: Tls, certificate: str, private_key: str
    ) -> None:
        passphrase = self._secrets(tls.passphrase).strip() if tls.passphrase else ""
        pem = f"{self._secrets(certificate)}\n{self._secrets(private_key)}\n".encode()
        # OpenSSL reads files only; this one is in memory and has no name that others could open.
        handle = os.memfd_create("pem")
        try:
            with os.fdopen(handle, "wb", closefd=False) as file:
                file.write(pem)
            # An empty answer keeps OpenSSL from asking on the terminal.
            context.load_cert_chain(f"/proc/self/fd/{handle}", password=lambda: passphrase)
        finally:
            os.close(handle)
