"""Sealing: AES-GCM (NIST SP 800-38D) under keys that are themselves sealed with the master key.

Every customer, every body and every archive object has a data key of its own; only its wrapped form
is stored. Destroying the wrapped form erases what it sealed, wherever copies of that may lie.
Random 96-bit nonces are safe for 2^32 wraps under one master key (SP 800-38D §8.3).
Keys and nonces come from the system's generator, here below the rivers: a replay must not repeat
them.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import ConfigError, HubError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES


class Damaged(HubError):
    """Sealed bytes were changed, torn, or sealed under another key; restore them from a backup."""


class Erased(HubError):
    """The key was destroyed on purpose: what it sealed is gone for good, do not try again."""


class Sealer:
    """One key, ready to seal and to open; `context` binds the sealed bytes to their place."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Return nonce and ciphertext with tag; it does not hide the length."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Return the plain bytes, or raise Damaged."""
        try:
            return self._cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()
            )
        except (InvalidTag, ValueError) as error:
            raise Damaged(
                f"the sealed bytes of {context} do not open: they were changed, or the master key "
                "is not the one they were written under"
            ) from error


class Vault:
    """What the master key is used for: wrapping data keys, finding e-mails, sealing replies."""

    __slots__ = ("_index_key", "_wrapper", "replies")

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != KEY_BYTES:
            raise ConfigError(
                [f"the master key has {len(master_key)} bytes; give it {KEY_BYTES} random bytes"]
            )
        self._wrapper = Sealer(_derived(master_key, "wrap"))
        self._index_key = _derived(master_key, "index")
        self.replies = Sealer(_derived(master_key, "replies"))

    def new_key(self, *, context: str) -> tuple[Sealer, bytes]:
        """Return a fresh data key, ready, and its wrapped form to store."""
        key = os.urandom(KEY_BYTES)
        return Sealer(key), self._wrapper.seal(key, context=context)

    def unwrap(self, wrapped: bytes | None, *, context: str) -> Sealer:
        """Return the data key, ready; Erased when it was destroyed."""
        if wrapped is None:
            raise Erased(f"the key of {context} was destroyed; its contents are erased")
        return Sealer(self._wrapper.open(wrapped, context=context))

    def wrap(self, key: bytes, *, context: str) -> bytes:
        """Wrap a data key that its owner uses in a way of its own."""
        return self._wrapper.seal(key, context=context)

    def unwrapped(self, wrapped: bytes, *, context: str) -> bytes:
        """Return the bytes of such a data key, or raise Damaged."""
        return self._wrapper.open(wrapped, context=context)

    def index(self, text: str) -> bytes:
        """Return a keyed hash: it finds equal texts and tells nothing else."""
        return hmac.digest(self._index_key, text.encode(), "sha256")


def _derived(master_key: bytes, purpose: str) -> bytes:
    # HKDF (RFC 5869) with one block of output; the master key is uniform, so extract is one HMAC.
    extracted = hmac.digest(b"supplier-hub", master_key, hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)
