"""What goes back: JSON with the headers of every answer, and problem documents (RFC 9457).

A problem document names everything wrong at once under `errors`, each with its JSON pointer or the
header or parameter it is about, the value, a stable code and a sentence with the way out.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from pydantic_core import to_json
from starlette.responses import Response

from hub.domain.exchange import Problem

JSON = "application/json"
PROBLEM = "application/problem+json"
NO_STORE = "no-store"
REVALIDATED = "private, no-cache"
RETRY_SECONDS = "2"

# Answers are for programs: nothing in them may be sniffed, framed, run or passed on.
_GUARDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)

Mistake = Mapping[str, str]


class Declined(Exception):
    """A request that gets a problem document instead of what it asked for."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        detail: str,
        *,
        errors: Sequence[Mistake] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers, self.more = tuple(errors), headers or {}, more or {}
        super().__init__(detail)

    def answer(self) -> Response:
        """Return the problem document."""
        document: dict[str, object] = {
            "type": f"urn:hub:problem:{self.code}",
            "title": self.status.phrase,
            "status": int(self.status),
            "detail": self.detail,
            **self.more,
        }
        if self.errors:
            document["errors"] = self.errors
        return answer(
            dumped(document), status=self.status, media_type=PROBLEM, headers=self.headers
        )


def answer(
    body: bytes,
    *,
    status: int = HTTPStatus.OK,
    media_type: str = JSON,
    cache: str = NO_STORE,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response with the guarding headers; kept by nobody unless `cache` says otherwise."""
    response = Response(body, status_code=status, headers=headers, media_type=media_type)
    response.raw_headers.extend((*_GUARDS, (b"cache-control", cache.encode())))
    return response


def headed(length: int | None, *, cache: str, etag: str | None = None) -> list[tuple[bytes, bytes]]:
    """Return the raw headers that `answer` gives JSON of that length; None for a 304."""
    tag = [] if etag is None else [(b"etag", etag.encode())]
    size = [] if length is None else [(b"content-length", b"%d" % length)]
    kind = (b"content-type", JSON.encode())
    return [*tag, *size, kind, *_GUARDS, (b"cache-control", cache.encode())]


def dumped(value: object) -> bytes:
    """Return the JSON of a value, without spaces, text unescaped."""
    return to_json(value)


def mistakes(problems: Sequence[Problem]) -> list[Mistake]:
    """Return what `errors` says of problems found in a posted body."""
    return [_mistake(problem) for problem in problems]


def _mistake(problem: Problem) -> Mistake:
    pointer = problem.where.path
    field = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    named = {"pointer": pointer, "field": field, "code": problem.code, "detail": problem.text}
    return named | {"value": problem.where.value} if problem.where.value else named
