"""A delivery → documents: strict JSON, each slice judged by itself."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO

from hub.domain.exchange import (
    Document,
    Group,
    Interchange,
    Problem,
    SplitGroup,
    SplitInterchange,
    Where,
)
from hub.formats.json.feeds import feed
from hub.formats.json.profile import Config
from hub.formats.json.values import (
    BYTE_ORDER,
    SPELLED,
    Number,
    Wrong,
    broken,
    bytes_to,
    checked,
    decoded,
    elements,
    impossible,
    loose_at,
    member,
    odd_strings,
    skip,
)
from hub.formats.json.wording import CUT, flaw, malformed, not_utf8, refuse_encoding


def whole(stream: BinaryIO) -> bool:
    """Say whether the delivery ends with a bracket; what does not begin with one is whole too."""
    stream.seek(0)
    start = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith((b"{", b"[")):
        return True
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 4096))
    return stream.read().rstrip().endswith(b"}" if start[:1] == b"{" else b"]")


def split(stream: BinaryIO, *, profile: Config) -> Iterator[SplitInterchange]:
    """Yield the file as one interchange with its documents.

    What is wrong inside one of several documents is a problem of that document. Raises Malformed,
    with the byte, for a file that is no strict JSON as a whole.
    """
    if profile.is_feed:
        documents: tuple[Document, ...] = (feed(stream, profile),)
    else:
        documents = tuple(_documents(_read_whole(stream, profile), profile))
    envelope = Interchange(
        standard="json",
        sender="",
        receiver="",
        number="",
        usage="",
        version="",
        offset=0,
        length=stream.seek(0, io.SEEK_END),
    )
    yield SplitInterchange(
        interchange=envelope, groups=(SplitGroup(group=Group(), documents=documents),)
    )


def _read_whole(stream: BinaryIO, profile: Config) -> str:
    most = profile.limits.max_bytes
    stream.seek(0)
    body = stream.read(most + 1)
    if len(body) > most:
        text = f"the file has more than {most} bytes; raise `limits.max_bytes` if that is right"
        raise malformed("json-too-large", text, most)
    if not body.strip():
        raise malformed("json-empty", "the file is empty; send it again", 0)
    refuse_encoding(body[:4])
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise not_utf8(fault.start) from None


MOST_DOCUMENTS = 5_000
"""In one array; each becomes a row and, if it is wrong, an exception."""


def _listed(text: str, at: int, places: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """The documents of an array, as long as there are not absurdly many."""
    found = list(islice(places, MOST_DOCUMENTS + 1))
    if len(found) > MOST_DOCUMENTS:
        words = f"the array has more than {MOST_DOCUMENTS} documents; send fewer in one file"
        raise malformed("json-too-many", words, bytes_to(text, at))
    return found


def _documents(text: str, profile: Config) -> Iterator[Document]:
    """Cut the text into documents; each is looked at by itself."""
    at = skip(text, 1 if text.startswith(BYTE_ORDER) else 0)
    if text[at : at + 1] == "[":
        places = _listed(text, at, elements(text, at))
    else:
        value, end = loose_at(text, at)
        if skip(text, end) != len(text):
            raise broken(text, end, "something stands behind the end of the JSON")
        if not isinstance(value, dict):
            raise broken(text, at, "the file is no object and no array of objects")
        places = [(at, end)]
        inner = value.get(profile.documents)
        if profile.documents and isinstance(inner, list) and profile.type not in value:
            start = member(text, at, profile.documents)
            places = _listed(text, start, elements(text, start, closed=False))
    if not places:
        raise malformed("json-empty", "the array has no documents in it", bytes_to(text, at))
    offset, last = 0, 0
    for start, end in places:
        offset, last = offset + bytes_to(text[last:start], None), start
        yield _document(text[start:end], offset, profile)


def _document(text: str, offset: int, profile: Config) -> Document:
    body = text.encode("utf-8", "surrogatepass")
    where = Where(offset=offset)
    loose, _ = loose_at(text, 0)
    set_id = _set_of(loose, profile) if isinstance(loose, dict) else profile.set
    problems: list[Problem] = []
    try:
        value, _ = decoded(text, 0)
        checked(value, depth=1, limits=profile.limits)
    except Wrong as fault:
        problems.append(flaw(fault.code, str(fault), where=where))
    if not isinstance(loose, dict):
        problems.append(flaw("json-no-object", "a document must be an object", where=where))
    elif not set_id:
        told = f"no member {profile.type!r} says what this is; name the set under `set` on the page"
        problems.append(flaw("json-no-set", told, where=replace(where, path=f"/{profile.type}")))
    document = Document(
        set_id=set_id or "?",
        version="",
        number=hashlib.sha256(body).hexdigest()[:12],
        offset=offset,
        length=len(body),
        problems=tuple(problems),
    )
    if not SPELLED.search(text):
        return document
    return replace(document, problems=(*problems, *_odd(text, offset, loose)))


def _odd(text: str, offset: int, value: object) -> Iterator[Problem]:
    """Yield what no text may hold, with its byte: both go through the paper from its beginning.

    Where a member stands twice they may part; what is left is told by its pointer alone.
    """
    at, last = offset, 0
    places = odd_strings(text)
    for problem in impossible(value):
        place, shown = next(places, (0, ""))
        if shown == problem.where.value:
            at, last = at + bytes_to(text[last:place], None), place
            problem = replace(problem, where=replace(problem.where, offset=at))
        else:
            places = iter(())
        yield problem


def _set_of(value: Mapping[str, Any], profile: Config) -> str:
    said = value.get(profile.type)
    if isinstance(said, str) and not isinstance(said, Number) and said.isprintable():
        return profile.sets.get(said, said)[:CUT]
    return profile.set
