"""What the tests of trees share: small pages, papers as XML and JSON, read by others' parsers."""

import json
from typing import Any

from lxml import etree

from hub.domain.exchange import Node, Paper
from hub.errors import ConfigError
from hub.mapping import Page, load
from tests.unit.mapping import CODES


def tree(text: str | bytes) -> Node:
    """Turn XML into the tree that a format would read."""
    return node(etree.fromstring(text.encode() if isinstance(text, str) else text))


def node(element: Any) -> Node:
    """Return an element of lxml with its attributes and children; comments are left out."""
    children = tuple(node(child) for child in element if isinstance(child.tag, str))
    return Node(
        name=element.tag,
        text="" if children else "".join(element.itertext()),
        attributes=tuple(element.attrib.items()),
        children=children,
    )


def spelled(paper: Paper) -> str:
    """Return a tree as XML in one line."""
    assert isinstance(paper, Node)
    return etree.tostring(_element(paper), encoding="unicode")


def _element(paper: Node) -> Any:
    made = etree.Element(paper.name)
    for name, value in paper.attributes:
        made.set(name, value)
    made.text = paper.text or None
    made.extend([_element(child) for child in paper.children])
    return made


def from_json(text: str | bytes) -> Node:
    """Turn JSON into the tree that a format would read; numbers as they are written."""
    value = json.loads(text, parse_int=_Number, parse_float=_Number)
    return _member("", value, many=False)


class _Number(str):
    """A number as it was written."""


def _member(name: str, value: Any, *, many: bool) -> Node:
    if isinstance(value, dict):
        children = tuple(child for key, one in value.items() for child in _members(key, one))
        return Node(name=name, kind="object", children=children, many=many)
    kind = "number" if isinstance(value, _Number) else "text"
    if value is None or isinstance(value, bool):
        kind, value = ("nothing", "") if value is None else ("truth", str(value).lower())
    return Node(name=name, kind=kind, text=str(value), many=many)


def _members(name: str, value: Any) -> list[Node]:
    if isinstance(value, list):
        return [_member(name, one, many=True) for one in value]
    return [_member(name, value, many=False)]


def as_json(paper: Paper) -> Any:
    """Return a tree as the value that JSON would have; an empty array as it is written."""
    assert isinstance(paper, Node)
    match paper.kind:
        case "object":
            found: dict[str, Any] = {}
            for child in paper.children:
                if not child.many:
                    assert child.name not in found, "a member stands twice"
                    found[child.name] = as_json(child)
                elif child.kind == "nothing":
                    found[child.name] = []
                else:
                    found.setdefault(child.name, []).append(as_json(child))
            return found
        case "number":
            return float(paper.text) if "." in paper.text else int(paper.text)
        case "truth":
            return paper.text == "true"
        case "nothing":
            return None
    return paper.text


def page(
    rows: str, *, message: str = "OrderResponse", head: str = "root: Answer", **more: str
) -> Page:
    """Compile a page of one test: only the rows are given, `head` says what is above them."""
    text = f"set: Answer\nmessage: {message}\n{head}\nelements:\n{rows}\n"
    others = {name.replace("__", "/"): one for name, one in more.items()}
    return load({"one": text, "codes/units": CODES, **others}).page("one")


def mistakes(
    rows: str, *, message: str = "OrderResponse", head: str = "root: Answer"
) -> tuple[str, ...]:
    """Return what is wrong with such a page."""
    try:
        page(rows, message=message, head=head)
    except ConfigError as error:
        return error.mistakes
    return ()
