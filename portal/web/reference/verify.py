"""Verify a webhook of the hub (Standard Webhooks 1.0) with Python's own library alone."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

TOLERANCE = 300  # seconds that webhook-timestamp may be away from your clock


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> bool:
    """Say whether the hub sent these bytes, just now; `now` is `time.time()`.

    `secret` begins with whsec_; the names of `headers` are in small letters; `body` is what came,
    unchanged: parse it afterwards.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        sent, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE:
            return False
        signed = b".".join((sent.encode(), stamp.encode(), body))
        wanted = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
        marks = headers["webhook-signature"].encode().split(b" ")
    except (KeyError, ValueError):
        return False
    # Two secrets sign while one takes the place of the other: one good mark is enough.
    return any(hmac.compare_digest(mark, wanted) for mark in marks)
