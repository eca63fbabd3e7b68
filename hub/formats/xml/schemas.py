"""XSD: schemas compiled from given texts, and every way in which a paper does not obey one.

Nothing is fetched: what a schema includes or imports must be among the texts. What a paper itself
says of schemas (xsi:schemaLocation) is not looked at.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol, cast

from lxml import etree

from hub.domain.exchange import Problem, Where, unquoted
from hub.formats.xml.wording import CUT, flaw

SCHEME = "maps:/"
"""Before a file's place below the maps' folder: no scheme that anybody could open."""
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_HINTS = (f"{_XSI}schemaLocation", f"{_XSI}noNamespaceSchemaLocation")
_CLARK = re.compile(r"\{[^}'\s]*\}(?=[\w*])")
_CAUGHT = re.compile(r"Element '([^']*)'(?:, attribute '([^']*)')?: (.*)", re.DOTALL)


class _Texts(etree.Resolver):
    """Answers a schema's includes and imports from the texts, and with nothing else."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self.missing: list[str] = []

    def resolve(  # type: ignore[override]  # the stubs leave out what lxml passes
        self, system_url: str, public_id: str, context: object
    ) -> object:
        del public_id
        place = posixpath.normpath(system_url.removeprefix(SCHEME))
        text = self._texts.get(place) if system_url.startswith(SCHEME) else None
        if text is None:
            self.missing.append(place)
            raise ValueError(place)
        return self.resolve_string(_bytes(text), context, base_url=system_url)


def _bytes(text: str) -> bytes:
    """A text that was decoded before is UTF-8, whatever its declaration says."""
    return re.sub(r"\A\ufeff?<\?xml[^>]*\?>", "", text).encode()


def parser() -> etree.XMLParser:
    """Return a parser that follows nothing that a document names."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )


class _Entry(Protocol):
    """One line of libxml2's log."""

    message: str
    type_name: str
    line: int
    path: str | None


class Schema:
    """One XSD, ready to judge papers in any thread."""

    def __init__(self, file: str, texts: Mapping[str, str]) -> None:
        self._file = file
        self._texts = texts
        # Compiled schemas keep the errors of the last paper, so each is lent to one at a time;
        # taking from and putting to a list is one step.
        self._idle = [self._compiled()]

    def __deepcopy__(self, memo: object) -> "Schema":
        return self

    def _compiled(self) -> etree.XMLSchema:
        """Compile it; raises ValueError with all that is wrong."""
        careful = parser()
        resolver = _Texts(self._texts)
        careful.resolvers.add(resolver)
        try:
            body = _bytes(self._texts[self._file])
            root = etree.fromstring(body, careful, base_url=SCHEME + self._file)
            return etree.XMLSchema(root)
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError, ValueError) as fault:
            if resolver.missing:
                lost = ", ".join(sorted(set(resolver.missing)))
                text = f"{self._file} includes {lost}, which is not below the maps' folder"
                raise ValueError(f"{text}; put it there") from None
            raise ValueError(f"{self._file} is no schema: {_plain(str(fault))}") from None

    def problems(self, body: bytes, *, most: int) -> tuple[Problem, ...]:
        """Return how a well-formed paper breaks the schema, at most so many, in its order."""
        tree = etree.ElementTree(etree.fromstring(body, parser()))
        for element in tree.iter():
            for hint in _HINTS:
                if hint in element.attrib:
                    del element.attrib[hint]
        schema = self._idle.pop() if self._idle else self._compiled()
        try:
            if schema.validate(tree):
                return ()
            return tuple(islice(_told(tree, cast("Iterable[_Entry]", schema.error_log)), most))
        finally:
            self._idle.append(schema)


def compiled(file: str, texts: Mapping[str, str]) -> Schema:
    """Return the schema in a file; raises ValueError that says what is wrong with it."""
    if file not in texts:
        there = ", ".join(sorted(name for name in texts if name.endswith(".xsd"))[:20]) or "none"
        raise ValueError(f"no schema {file!r} below the maps' folder; there are: {there}")
    return Schema(file, texts)


def _told(tree: "etree._ElementTree", log: "Iterable[_Entry]") -> Iterator[Problem]:
    """One sentence for each thing, in the words of the paper; libxml2 often says one twice."""
    said: set[tuple[str, str]] = set()
    for entry in log:
        element = _element(tree, entry.path)
        found = _CAUGHT.match(entry.message)
        path, value, of_value = "", "", False
        words = entry.message
        if element is not None:
            path = path_of(element)
            of_value = entry.type_name in _OF_VALUES  # else it may be somebody's own words
            value = (element.text or "").strip() if of_value and not len(element) else ""
        if found:
            attribute, words = found.group(2), found.group(3)
            if attribute and element is not None:
                path = f"{path}/@{_plain(attribute)}"
                value = element.get(attribute, "") if of_value else ""
        text = _sentence(_plain(words), path or "the paper")
        # Of a value that breaks a facet, libxml2 also says that it is not of its type.
        key = (path, "value" if entry.type_name in _OF_VALUES else text)
        if key in said:
            continue
        said.add(key)
        yield flaw("xml-schema", text, where=Where(path=path, value=value[:CUT]))


_OF_VALUES = frozenset(
    {"SCHEMAV_CVC_DATATYPE_VALID_1_2_1", "SCHEMAV_CVC_TYPE_3_1_3", "SCHEMAV_CVC_ATTRIBUTE_3"}
) | {
    f"SCHEMAV_CVC_{facet}_VALID"
    for facet in (
        "LENGTH MINLENGTH MAXLENGTH MININCLUSIVE MAXINCLUSIVE MINEXCLUSIVE MAXEXCLUSIVE "
        "TOTALDIGITS FRACTIONDIGITS PATTERN ENUMERATION"
    ).split()
}


def _element(tree: "etree._ElementTree", path: str | None) -> "etree._Element | None":
    if not path:
        return None
    found = tree.xpath(path)
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, etree._Element) else None  # noqa: SLF001  # lxml's own type


def path_of(element: "etree._Element") -> str:
    """Return `/Order/Lines/Line[2]`: local names, with a number where several are alike."""
    steps = []
    at: etree._Element | None = element
    while at is not None:
        name = etree.QName(at).localname
        around = at.getparent()
        alike = [at] if around is None else [
            each for each in around if etree.QName(each).localname == name
        ]  # fmt: skip
        steps.append(f"{name}[{alike.index(at) + 1}]" if len(alike) > 1 else name)
        at = around
    return "/" + "/".join(reversed(steps))


def _plain(text: str) -> str:
    """Return libxml2's words without namespaces and line ends."""
    return " ".join(_CLARK.sub("", text).split())


_PHRASES = (
    (
        re.compile(r"This element is not expected\. Expected is (?:one of )?\(? ?(.*?) ?\)?\.$"),
        r"this element is not expected here; the schema expects \1",
    ),
    (re.compile(r"This element is not expected\.$"), "this element is not expected here"),
    (
        re.compile(r"Missing child element\(s\)\. Expected is (?:one of )?\(? ?(.*?) ?\)?\.$"),
        r"an element is missing in it; the schema expects \1",
    ),
    (
        re.compile(r"The attribute '([^']*)' is required but missing\.$"),
        r"the attribute \1 is missing",
    ),
    (
        re.compile(r"The attribute '([^']*)' is not allowed\.$"),
        r"the attribute \1 is not allowed here",
    ),
    (
        re.compile(r"'.*' is not a valid value of the (?:atomic|union|list) type '([^']*)'\.$"),
        r"the value is not of the type \1",
    ),
    (
        re.compile(r"\[facet 'enumeration'\] The value '.*' is not an element of the set (.*)\.$"),
        r"the value is none of \1",
    ),
    (
        re.compile(r"\[facet '\w+'\] The value '.*' (is .*|has .*)\.$"),
        r"the value \1",
    ),
    (
        re.compile(r"\[facet '\w+'\] The value (has .*)\.$"),
        r"the value \1",
    ),
    (
        re.compile(r"No matching global declaration available for the validation root\.$"),
        "the schema does not know this root",
    ),
)


def _sentence(words: str, path: str) -> str:
    """Say it plainly; the value itself stands in `where`, never in the sentence."""
    for pattern, plain in _PHRASES:
        told, count = pattern.subn(plain, words)
        if count:
            return f"{path}: {told}"
    return f"{path}: {unquoted(words).rstrip('.')}"
