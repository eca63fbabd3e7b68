"""A delivery → one document: well-formed, within its limits, true to its schema."""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from hub.domain.exchange import (
    Document,
    Group,
    Interchange,
    Problem,
    SplitGroup,
    SplitInterchange,
    Where,
)
from hub.errors import Malformed
from hub.formats.xml import cxml
from hub.formats.xml.places import located
from hub.formats.xml.profile import Config
from hub.formats.xml.scanning import BLOCK, Scan
from hub.formats.xml.syntax import Syntax
from hub.formats.xml.trees import NO_END
from hub.formats.xml.wording import flaw

_TAIL = 4096
_ROOT = re.compile(rb"<([A-Za-z_:\x80-\xff][^\s/><]*)[^<>]*?(/?)>")
_AFTER = rb"</%s\s*>(?:\s|<!--(?:(?!-->).)*-->)*\Z"


def whole(stream: BinaryIO) -> bool:
    """Say whether the delivery ends with the end of its root.

    Bytes that do not look like XML are "whole" too: `split` tells what they are. Reads the first
    and the last 4 kB of a seekable stream; checks nothing else.
    """
    stream.seek(0)
    start = stream.read(_TAIL)
    if not start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return True
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    root = _ROOT.search(re.sub(rb"<!--.*?-->|<[?!][^>]*>", b"", start, flags=re.DOTALL))
    if root is None:
        return size > _TAIL and tail.rstrip().endswith(b">")
    if root[2] and size <= _TAIL:
        return tail.rstrip().endswith(b">")
    return re.search(_AFTER % re.escape(root[1]), tail, re.DOTALL) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What one pass learned of a file."""

    root: str
    length: int
    name: str


def split(stream: BinaryIO, *, profile: Config) -> Iterator[SplitInterchange]:
    """Yield the file as one interchange with one document.

    What breaks the schema is a problem of the document, all of it at once; what is wrong with a
    cXML envelope is one of the interchange. Raises Malformed, with the byte and the line, for what
    is not well-formed, is larger than the page allows, or holds what no paper may hold.
    """
    seen = _passed(stream, profile)
    if profile.cxml is not None:
        stream.seek(0)
        yield cxml.split(stream.read(seen.length), profile=profile)
        return
    set_id = profile.set_of(seen.root)
    schema = profile.schema_of(set_id)
    document = Document(
        set_id=set_id,
        version="",
        number=seen.name,
        offset=0,
        length=seen.length,
        syntax=Syntax(at=(seen.root,)).dumps(),
    )
    if schema is not None:
        stream.seek(0)
        body = stream.read(seen.length)
        problems = schema.problems(body, most=profile.max_problems)
        placed = located(body, document=document, problems=problems)
        document = replace(document, problems=placed)
    envelope = Interchange(
        standard="xml",
        sender="",
        receiver="",
        number="",
        usage="",
        version="",
        offset=0,
        length=seen.length,
    )
    yield SplitInterchange(
        interchange=envelope, groups=(SplitGroup(group=Group(), documents=(document,)),)
    )


def converted(body: bytes, *, document: Document, profile: Config) -> Document:
    """Return the document that a stylesheet made of another; raises Malformed like `split`."""
    stream = io.BytesIO(body)
    seen = _passed(stream, profile)
    syntax = Syntax(at=(seen.root,)).dumps()
    return replace(document, offset=0, length=seen.length, syntax=syntax)


def _passed(stream: BinaryIO, profile: Config) -> _Seen:
    """Read the file once, one block at a time; raises Malformed."""
    watch = _Watch(profile)
    sha, length = hashlib.sha256(), 0
    stream.seek(0)
    while block := stream.read(BLOCK):
        if not length:
            _refuse_other(block)
        length += len(block)
        sha.update(block)
        watch.scan.feed(block)
        if length > watch.most:
            raise Malformed([_too_large(watch)])
    if not length:
        raise Malformed([flaw("xml-empty", "the file has no bytes; send it again")])
    watch.scan.finish()
    return _Seen(root=watch.root, length=length, name=sha.hexdigest()[:12])


def _refuse_other(start: bytes) -> None:
    """Say what a file is that does not begin like XML in any encoding."""
    looks = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if looks.startswith((b"{", b"[")):
        what = "JSON"
    elif looks.startswith((b"ISA", b"UNA", b"UNB")):
        what = "EDI"
    elif start.startswith(b"PK\x03\x04"):
        what = "a zip archive or an Excel file"
    elif start.startswith(b"\x1f\x8b"):
        what = "packed by gzip"
    else:
        return
    text = f"the file is no XML: it looks like {what}; set another format for this channel"
    raise Malformed([flaw("xml-none", text, where=Where(offset=0))])


def _too_large(watch: "_Watch") -> Problem:
    key = "max_feed_bytes" if watch.is_feed else "max_bytes"
    text = f"the file has more than {watch.most} bytes; raise `limits.{key}` if that is right"
    return flaw("xml-too-large", text)


class _Watch:
    """One pass that only looks: it learns the root, and holds nothing."""

    def __init__(self, profile: Config) -> None:
        self._profile = profile
        self.root = ""
        self.is_feed = False
        self.most = profile.limits.max_bytes
        self.scan = Scan(limits=profile.limits, root=self._begin, cxml=profile.cxml is not None)

    def _begin(self, name: str) -> None:
        self.root = name
        self.is_feed = self._profile.set_of(name) in self._profile.feeds
        if self.is_feed:
            self.most = self._profile.limits.max_feed_bytes
            self.scan.most = NO_END  # elements of a feed are never held
