"""What may be told of an unwelcome answer: codes of machines, and none of anybody's words.

A partner that refuses a paper likes to quote it, and our papers are full of people. So of a body
there are told its kind, its length and what reads as a code; the body itself is kept elsewhere.
"""

import json
import re
from collections.abc import Iterator

from hub.transports.http.client import Head

MOST_CODES = 5
LONGEST_READ = 64 * 1024  # bytes of a body in which codes are looked for
MOST_VALUES = 500  # looked at in one body
_KIND = re.compile(r"[a-z0-9!#$&^_.+-]{1,40}/[a-z0-9!#$&^_.+-]{1,40}")
_NAMED = frozenset(
    {"code", "error", "error_code", "errorcode", "error-code", "errors", "reason_code", "type"}
)
# Words of one case joined by signs, camelCase, or a short number: no person's name or phone is
# written like that.
_CODE = re.compile(
    r"[a-z][a-z0-9]*(?:[_.:-][a-z0-9]+){1,7}|[A-Z][A-Z0-9]*(?:[_.:-][A-Z0-9]+){1,7}"
    r"|[a-z]+(?:[A-Z][a-z0-9]+){1,6}|[0-9]{1,4}",
    re.ASCII,
)
LONGEST_CODE = 60


def told(head: Head, body: bytes) -> str:
    """Return status, kind, length and codes of an answer; `body` is as much of it as was read."""
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    named = kind if _KIND.fullmatch(kind) else "of no kind"
    length = f"{len(body)} bytes" if head.whole else f"more than {len(body)} bytes"
    found = codes(body) if head.whole else ()
    said = f"; {', '.join(found)}" if found else ""
    return f"{head.status} ({named}, {length}{said})" if body else f"{head.status} (nothing in it)"


def codes(body: bytes) -> tuple[str, ...]:
    """Return the machine's codes in a JSON body (RFC 9457 and its like), the first few."""
    if len(body) > LONGEST_READ:
        return ()
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    seen = dict.fromkeys(
        text for text in _values(found) if len(text) <= LONGEST_CODE and _CODE.fullmatch(text)
    )
    return tuple(seen)[:MOST_CODES]


def _values(found: object) -> Iterator[str]:
    """Yield what stands under names that machines give to codes, wherever they are."""
    waiting: list[tuple[str, object]] = [("", found)]
    for _ in range(MOST_VALUES):
        if not waiting:
            return
        name, value = waiting.pop(0)
        if isinstance(value, dict):
            waiting += [(str(key).lower(), each) for key, each in value.items()]
        elif isinstance(value, list):
            waiting += [(name, each) for each in value]
        elif name in _NAMED and isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)
