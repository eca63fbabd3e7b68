"""Node trees → bytes: what XML cannot carry taken out, namespaces declared once, order kept."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hub.domain.exchange import Node, Paper, Problem, Where
from hub.formats.xml.wording import CUT, flaw, local, warned

XML = "http://www.w3.org/XML/1998/namespace"
_USUAL = {"http://www.w3.org/2001/XMLSchema-instance": "xsi"}
# XML 1.0, production [2] Char; a surrogate alone is no character at all.
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[^\W\d][\w.\-\u00b7]*")
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_ATTRIBUTE = {**_IN_TEXT, '"': "&quot;", "\t": "&#9;", "\n": "&#10;"}
_TEXT_TABLE = str.maketrans(_IN_TEXT)
_ATTRIBUTE_TABLE = str.maketrans(_IN_ATTRIBUTE)
DEEPEST = 256


def cleaned(paper: Node, *, encoding: str) -> tuple[Node, tuple[Problem, ...]]:
    """Return a tree as XML can carry it, and what was taken out of it or cannot be written.

    Control signs become blanks, with a warning; a name that is no name, or has letters which the
    encoding lacks, is an error.
    """
    problems: list[Problem] = []
    for name in sorted(_names(paper)):
        try:
            local(name).encode(encoding)
        except UnicodeEncodeError:
            text = f"the name {local(name)!r} cannot be written in {encoding}; use utf-8"
            problems.append(flaw("xml-name", text))
    return _clean(paper, f"/{local(paper.name)}", problems, 1), tuple(problems)


def _names(node: Node) -> set[str]:
    below = (_names(child) for child in node.children)
    return {node.name, *(name for name, _ in node.attributes)}.union(*below)


def _clean(node: Node, path: str, problems: list[Problem], depth: int) -> Node:
    if depth > DEEPEST:
        problems.append(flaw("xml-too-deep", f"elements stand more than {DEEPEST} deep"))
        return replace(node, children=())
    _check_names(node, path, problems)
    children = tuple(
        _clean(child, step, problems, depth + 1)
        for child, step in zip(node.children, steps(node, path), strict=True)
    )
    attributes = tuple(
        (name, _carried(value, f"{path}/@{local(name)}", problems))
        for name, value in node.attributes
    )
    text = _carried(node.text, path, problems)
    return replace(node, text=text, attributes=attributes, children=children)


def steps(node: Node, path: str) -> Iterator[str]:
    """Yield the path of each child: its local name, with a number where several are alike."""
    names = [local(child.name) for child in node.children]
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield f"{path}/{name}[{seen[name]}]" if counts[name] > 1 else f"{path}/{name}"


def _check_names(node: Node, path: str, problems: list[Problem]) -> None:
    for name in (node.name, *(name for name, _ in node.attributes)):
        if not _NAME.fullmatch(local(name)):
            text = f"{local(name)[:CUT]!r} cannot be the name of an element; correct the map"
            problems.append(flaw("xml-name", text, where=Where(path=path)))


def _carried(value: str, path: str, problems: list[Problem]) -> str:
    value = unicodedata.normalize("NFC", value)
    plain = _NO_CHARACTER.sub(" ", value)
    if plain != value:
        where = Where(path=path, value=plain[:CUT])
        text = f"{path} has a control sign, which XML cannot carry; it became a blank"
        problems.append(warned("cannot-be-carried", text, where=where))
    return plain


class _Prefixes:
    """Which prefix each namespace has; all are declared at the root."""

    def __init__(self, root: Node, given: Mapping[str, str]) -> None:
        elements = list(dict.fromkeys(_spaces(root, attributes=False)))
        attributes = list(dict.fromkeys(_spaces(root, attributes=True)))
        used = {*elements, *attributes}
        bare = "" in elements  # where an element has no namespace, none may be everybody's
        self.declared = {
            prefix: space
            for prefix, space in given.items()
            if space in used and (prefix or not bare)
        }
        first = _space(root.name)
        if first not in {"", XML, *self.declared.values()} and not bare:
            self.declared.setdefault("", first)
        for space in elements:
            if space and space != XML and space not in self.declared.values():
                self.declared[self._fresh(space)] = space
        self._elements = {space: prefix for prefix, space in reversed(self.declared.items())}
        for space in attributes:
            named = {space for prefix, space in self.declared.items() if prefix}
            if space and space != XML and space not in named:
                self.declared[self._fresh(space)] = space
        self._attributes = {space: prefix for prefix, space in self.declared.items() if prefix}

    def _fresh(self, space: str) -> str:
        usual = _USUAL.get(space, "")
        if usual and usual not in self.declared:
            return usual
        return next(name for n in range(1, 10_000) if (name := f"ns{n}") not in self.declared)

    def element(self, name: str) -> str:
        """Return an element's name as it is written."""
        return _written_name(name, self._elements)

    def attribute(self, name: str) -> str:
        """Return an attribute's name as it is written."""
        return _written_name(name, self._attributes)


def _written_name(name: str, prefixes: Mapping[str, str]) -> str:
    space = _space(name)
    prefix = "xml" if space == XML else prefixes.get(space, "") if space else ""
    return f"{prefix}:{local(name)}" if prefix else local(name)


def _space(name: str) -> str:
    return name[1:].rpartition("}")[0] if name.startswith("{") else ""


def _spaces(node: Node, *, attributes: bool) -> Iterator[str]:
    if attributes:
        yield from (_space(name) for name, _ in node.attributes if name.startswith("{"))
    else:
        yield _space(node.name)
    for child in node.children:
        yield from _spaces(child, attributes=attributes)


def written(
    root: Node,
    *,
    prefixes: Mapping[str, str],
    encoding: str = "utf-8",
    indent: bool = True,
    declaration: bool = True,
    before: str = "",
) -> bytes:
    """Return a cleaned tree as a file; `before` stands between the declaration and the root.

    Elements and attributes keep their order. Where an element has text beside its children
    nothing is indented in it. What the encoding lacks becomes a character reference. Raises
    ValueError for a sign that XML cannot carry: the tree was not cleaned.
    """
    names = _Prefixes(root, prefixes)
    out: list[str] = []
    if declaration:
        out.append(f'<?xml version="1.0" encoding="{encoding.upper()}"?>\n')
    if before:
        out.append(f"{before}\n")
    spaces = "".join(
        f' xmlns{":" + prefix if prefix else ""}="{_escaped(space, _ATTRIBUTE_TABLE)}"'
        for prefix, space in names.declared.items()
    )
    _write(root, names, out, "\n" if indent else "", spaces)
    out.append("\n")
    return "".join(out).encode(encoding, "xmlcharrefreplace")


def _write(node: Node, names: _Prefixes, out: list[str], gap: str, spaces: str = "") -> None:
    name = names.element(node.name)
    pairs = "".join(
        f' {names.attribute(key)}="{_escaped(value, _ATTRIBUTE_TABLE)}"'
        for key, value in node.attributes
    )
    if not node.children and not node.text:
        out.append(f"<{name}{spaces}{pairs}/>")
        return
    out.append(f"<{name}{spaces}{pairs}>{_escaped(node.text, _TEXT_TABLE)}")
    inner = f"{gap}  " if gap and not node.text else ""
    for child in node.children:
        out.append(inner)
        _write(child, names, out, inner)
    out.append(f"{gap if inner and node.children else ''}</{name}>")


def _escaped(value: str, table: Mapping[int, str]) -> str:
    if _NO_CHARACTER.search(value):
        raise ValueError(f"{value[:40]!r} has a sign that XML cannot carry: clean it first")
    return value.translate(table)


def one(papers: Sequence[Paper]) -> Paper:
    """Return the only paper; ValueError when there is another: a file holds one root."""
    if len(papers) != 1:
        raise ValueError(f"{len(papers)} papers cannot stand in one XML file")
    return papers[0]
