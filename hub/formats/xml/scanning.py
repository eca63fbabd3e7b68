"""One pass over a paper's bytes that lets nothing through but elements, attributes and text.

The pass is made by expat: it calls before it acts, tells the byte of everything, opens no file and
no connection, and holds one block. A document type, an entity, a processing instruction ends it at
once; so does a paper that is too deep, too wide or too long.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from lxml import etree

from hub.domain.exchange import Problem, Where
from hub.errors import Malformed
from hub.formats.xml.profile import Limits
from hub.formats.xml.wording import flaw

BLOCK = 64 * 1024
LONGEST_TAG = 1024 * 1024  # bytes
HEAD = 4096  # bytes in which the document type of cXML stands, if any
ENCODINGS = frozenset(
    "utf-8 utf8 us-ascii ascii iso-8859-1 latin-1 latin1 iso-8859-15 windows-1252 cp1252".split()
)
_CODES = expat.errors.codes

# What a paper begins with that is written in another way than byte by byte in ASCII.
_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16 (little endian)"),
    (b"\xfe\xff", "UTF-16 (big endian)"),
    (b"<\x00", "UTF-16 (little endian)"),
    (b"\x00<", "UTF-16 (big endian)"),
    (b"\x4c\x6f\xa7\x94", "EBCDIC"),
    (b"+ADw-", "UTF-7"),
    (b"+/v", "UTF-7"),
)
_DECLARED = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})")
# The one document type that is passed over: cXML's own, by its public address, with nothing in it.
_CXML = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?(?:<\?xml[^>]*\?>)?\s*(?:<!--(?:(?!--).)*-->\s*)*
    (<!DOCTYPE\s+cXML\s+SYSTEM\s+(["'])https?://xml\.cxml\.org/schemas/cXML/
    [0-9.]{1,20}/[A-Za-z]{1,40}\.dtd\2\s*>)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


class Names(dict[str, str]):
    """Expat's `urn:example}Order` in Clark notation, each made once."""

    def __missing__(self, name: str) -> str:
        made = self[name] = "{" + name if "}" in name else name
        return made


Begin = Callable[[str, list[str]], None]


def _set(parser: expat.XMLParserType, events: Mapping[str, Callable[..., None] | None]) -> None:
    """Have expat call for events; of None it is not told."""
    for event, call in events.items():
        setattr(parser, f"{event}Handler", call)


class Scan:
    """One pass. `begin`, `end` and `text` are called for each element and what stands in it.

    Attributes come as name, value, name, value. `root` is called before the first element and may
    change `most`, how many elements are let pass. Names are as expat spells them; `names` has them
    in Clark notation. Every method raises Malformed for what no paper may be.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        begin: Begin | None = None,
        end: Callable[[], None] | None = None,
        text: Callable[[str], None] | None = None,
        root: Callable[[str], None] | None = None,
        cxml: bool = False,
    ) -> None:
        self._limits = limits
        self.most = limits.max_elements
        self.names = Names()
        self._cxml = cxml
        self._fed = self._elements = 0
        self._quiet_from = 0
        self._counted = -1
        self._root = root
        parser = self._parser = expat.ParserCreate(namespace_separator="}")
        parser.ordered_attributes = True
        parser.buffer_text = True
        _set(
            parser,
            {
                "XmlDecl": self._declaration,
                "StartDoctypeDecl": self._doctype,
                "ProcessingInstruction": self._instruction,
                "SkippedEntity": self._entity,
                "StartNamespaceDecl": self._namespace,
                "CharacterData": text,
            },
        )
        self._follow(begin, end)

    def _follow(self, begin: Begin | None, end: Callable[[], None] | None) -> None:
        """Have elements counted and told; local names, because feeds have millions of them."""
        depth, elements = 0, 0
        deepest, widest = self._limits.max_depth, 2 * self._limits.max_attributes

        def opened(name: str, attributes: list[str]) -> None:
            nonlocal depth, elements
            depth += 1
            elements = self._elements = elements + 1
            if elements == 1 and self._root is not None:
                self._root(self.names[name])
            if depth > deepest or elements > self.most or len(attributes) > widest:
                self._refuse_size(depth, len(attributes))
            if begin is not None:
                begin(name, attributes)

        def closed(name: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end()

        _set(self._parser, {"StartElement": opened, "EndElement": closed})

    @property
    def offset(self) -> int:
        """The byte at which the event that is being told begins."""
        return self._parser.CurrentByteIndex

    @property
    def line(self) -> int:
        """Its line, counted from 1."""
        return self._parser.CurrentLineNumber

    def feed(self, block: bytes) -> None:
        """Read one more block."""
        if not self._fed:
            refuse_encoding(block)
            block = without_doctype(block) if self._cxml else block
        self._fed += len(block)
        self._parse(block, last=False)
        self._refuse_endless()

    def finish(self) -> None:
        """Read to the end; what is open by now stays open for ever."""
        self._parse(b"", last=True)

    def _parse(self, block: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(block, last)
        except expat.ExpatError as fault:
            raise Malformed([self._unformed(fault)]) from None

    def _refuse_endless(self) -> None:
        """Text or a tag without an end is given up at the cap, not held until it ends.

        What stands in one tag or comment is looked through again with every block, so that its cap
        is lower (CVE-2023-52425).
        """
        if self._fed - self.offset > LONGEST_TAG:
            text = f"a tag or comment of more than {LONGEST_TAG} bytes begins here; send it shorter"
            self._refuse("xml-too-long", text)
        if self._elements != self._counted:
            self._counted, self._quiet_from = self._elements, self._fed
        elif self._fed - self._quiet_from > self._limits.max_text:
            self._refuse(
                "xml-too-long",
                f"more than {self._limits.max_text} bytes stand here without any element between "
                "(`limits.max_text`); send them in pieces",
            )

    def _refuse(self, code: str, text: str) -> None:
        raise Malformed([flaw(code, text, where=self._here())])

    def _here(self) -> Where:
        return Where(offset=max(0, self.offset), path=f"line {self.line}")

    def _unformed(self, fault: expat.ExpatError) -> Problem:
        words = expat.ErrorString(fault.code) or "it cannot be read"
        where = Where(
            offset=max(0, self._parser.ErrorByteIndex),
            path=f"line {fault.lineno}, column {fault.offset + 1}",
        )
        if fault.code == _CODES.get(expat.errors.XML_ERROR_UNDEFINED_ENTITY):
            text = "an entity stands here that XML does not know; write the character itself"
            return flaw("xml-entity", text, where=where)
        advice = _ADVICE.get(words, "correct it and send the whole file again")
        return flaw("xml-not-well-formed", f"not well-formed XML: {words}; {advice}", where=where)

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        del standalone
        if version != "1.0":
            self._refuse("xml-version", f"the file is XML {version[:10]}; send XML 1.0")
        if encoding is not None and encoding.lower() not in ENCODINGS:
            named = encoding[:40]
            self._refuse("xml-encoding", f"the file is declared as {named}; send it as UTF-8")

    def _doctype(self, name: str, system: str | None, public: str | None, internal: int) -> None:
        del name, system, public, internal
        text = "DTD not allowed: a document type declaration stands here; send the file without it"
        self._refuse("xml-doctype", text)

    def _instruction(self, target: str, content: str) -> None:
        del content
        text = f"a processing instruction ({target[:40]}) stands here; send the file without it"
        self._refuse("xml-instruction", text)

    def _entity(self, name: str, parameter: bool) -> None:  # noqa: FBT001  # expat's own call
        del name, parameter
        text = "an entity stands here that XML does not know; write the character itself"
        self._refuse("xml-entity", text)

    def _namespace(self, prefix: str | None, name: str | None) -> None:
        del prefix
        if name and not _is_namespace(name):
            text = f"the namespace {name[:80]!r} is no URI; declare one like urn:example:orders"
            self._refuse("xml-namespace", text)

    def _refuse_size(self, depth: int, attributes: int) -> None:
        limits = self._limits
        if depth > limits.max_depth:
            self._refuse("xml-too-deep", f"elements stand more than {limits.max_depth} deep")
        if attributes > 2 * limits.max_attributes:
            most = limits.max_attributes
            self._refuse("xml-attributes", f"an element has more than {most} attributes")
        text = f"the paper has more than {self.most} elements (`limits.max_elements`)"
        self._refuse("xml-elements", text)


_ADVICE = {
    "mismatched tag": "an element is closed here that was not opened last",
    "no element found": "the file ends before it is complete",
    "unclosed token": "the file ends before it is complete",
    "unclosed CDATA section": "the file ends before it is complete",
    "junk after document element": "a file holds one root; send one file for each paper",
    "not well-formed (invalid token)": "a sign stands here that XML does not allow; < is &lt; and "
    "& is &amp;, and bytes must fit the encoding that is declared",
    "unbound prefix": "the prefix of a name has no namespace; declare it with xmlns",
}


@lru_cache(maxsize=256)
def _is_namespace(name: str) -> bool:
    """Tell whether the parser that will judge the paper by its schema takes the name too."""
    try:
        etree.fromstring(f"<a xmlns={quoteattr(name)}/>".encode())
    except etree.XMLSyntaxError:
        return False
    return True


def refuse_encoding(start: bytes) -> None:
    """Raise Malformed, naming the encoding, for bytes that are not ASCII with something more."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            declared = _DECLARED.search(start[:400].replace(b"\0", b"").decode("latin-1"))
            said = declared.group(1) if declared else ""
            but = f" and is declared as {said}" if said and said.lower() in ENCODINGS else ""
            text = f"the file is in {name}{but}; send it as UTF-8"
            raise Malformed([flaw("xml-encoding", text, where=Where(offset=0))])


def without_doctype(start: bytes) -> bytes:
    """Return the first block with cXML's own document type blanked; every byte keeps its place.

    It is not handed to a parser: then no entity can be hoped for from a DTD that nobody fetches.
    """
    found = _CXML.match(start[:HEAD])
    if found is None:
        return start
    first, end = found.span(1)
    return start[:first] + re.sub(rb"[^\r\n]", b" ", start[first:end]) + start[end:]


def blocks(stream: BinaryIO, *, offset: int, length: int) -> Iterator[bytes]:
    """Yield a slice of the archived object; others may move the stream in between.

    Raises ValueError if the stream ends before the slice does.
    """
    at, end = offset, offset + length
    while at < end:
        stream.seek(at)
        block = stream.read(min(BLOCK, end - at))
        if not block:
            raise ValueError(f"the archived object ends at byte {at}, its document at {end}")
        at += len(block)
        yield block


def run(scan: Scan, pieces: Iterable[bytes]) -> None:
    """Make a whole pass; raises Malformed."""
    for piece in pieces:
        scan.feed(piece)
    scan.finish()
