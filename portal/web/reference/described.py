"""An OpenAPI 3.1 document as pages show it: operations by group, fields in rows, examples.

Pure: it reads the document that it is given, and knows no more of the standard than ours uses.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]

DEEPEST = 8
"""So many fields within fields are shown; what lies deeper is named by its type."""
_METHODS = ("get", "post", "put", "patch", "delete")
# The first that a path begins with is its group; the names are sentences of the page.
GROUPS = (
    ("/v1/orders", "Orders"),
    ("/v1/statuses", "Orders"),
    ("/v1/facts", "Orders"),
    ("/v1/stock", "Stock"),
    ("/v1/carrier-events", "Parcels"),
    ("/v1/webhooks", "Webhooks of a brand"),
    ("/v1/partner/webhooks", "Webhooks of a partner"),
    ("/v1/partner", "Partners' work"),
    ("/v1/cxml", "Partners' work"),
    ("", "The door itself"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked; `name` is its operationId."""

    name: str
    method: str
    path: str
    summary: str
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One field or parameter: where it stands, what it may be."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent or comes back, with its fields and examples as text."""

    media_type: str
    rows: tuple[Row, ...]
    examples: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One status that may come back, and what comes with it."""

    status: str
    text: str
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An operation, whole."""

    operation: Operation
    text: str
    parameters: tuple[Row, ...]
    bodies: tuple[Body, ...]
    answers: tuple[Answer, ...]


def operations(document: Node) -> list[Operation]:
    """Return every operation of a document, in its order."""
    return [
        Operation(
            name=node.get("operationId", f"{method}{path}"),
            method=method.upper(),
            path=path,
            summary=node.get("summary", ""),
            node=node,
        )
        for path, methods in document.get("paths", {}).items()
        for method, node in methods.items()
        if method in _METHODS
    ]


def grouped(document: Node) -> list[tuple[str, list[Operation]]]:
    """Return the operations by group, groups in the order of GROUPS; none is empty."""
    found: dict[str, list[Operation]] = {name: [] for _, name in GROUPS}
    for one in operations(document):
        name = next(name for begin, name in GROUPS if one.path.startswith(begin))
        found[name].append(one)
    return [(name, rows) for name, rows in found.items() if rows]


def described(document: Node, name: str) -> Described:
    """Return one operation with its fields; KeyError when there is none of that name."""
    one = next((found for found in operations(document) if found.name == name), None)
    if one is None:
        raise KeyError(name)
    return Described(
        operation=one,
        text=one.node.get("description", ""),
        parameters=tuple(_parameter(document, each) for each in one.node.get("parameters", ())),
        bodies=_bodies(document, one.node.get("requestBody", {})),
        answers=_answers(document, one.node.get("responses", {})),
    )


def _answers(document: Node, node: Node) -> tuple[Answer, ...]:
    """Every status in order; what a good one brings is told once, with the first of them."""
    found: list[Answer] = []
    for status, each in sorted(node.items()):
        bodies = _bodies(document, each) if status.startswith("2") else ()
        known = any(one.bodies == bodies for one in found)
        text = each.get("description", "")
        found.append(Answer(status=status, text=text, bodies=() if known else bodies))
    return tuple(found)


def _parameter(document: Node, node: Node) -> Row:
    found = _resolved(document, node)
    return Row(
        name=found["name"],
        kind=f"{found['in']}, {_kind(_resolved(document, found.get('schema', {})))}",
        required=found.get("required", False),
        text=found.get("description", ""),
    )


def _bodies(document: Node, node: Node) -> tuple[Body, ...]:
    return tuple(
        Body(
            media_type=media_type,
            rows=tuple(_rows(document, each.get("schema", {}), "", DEEPEST)),
            examples=_examples(each),
        )
        for media_type, each in _resolved(document, node).get("content", {}).items()
    )


def _examples(node: Node) -> tuple[tuple[str, str], ...]:
    named = [
        (each.get("summary", name), each.get("value"))
        for name, each in node.get("examples", {}).items()
    ]
    if "example" in node:
        named.append(("", node["example"]))
    return tuple((summary, _as_text(value)) for summary, value in named)


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


def _rows(document: Node, schema: Node, place: str, depth: int) -> Iterator[Row]:
    """The fields of an object, those of objects in it after each, as `a.b` and `a[].b`."""
    for variant in _variants(document, schema):
        required = variant.get("required", ())
        for name, node in variant.get("properties", {}).items():
            path = f"{place}.{name}" if place else name
            found = _resolved(document, node)
            yield Row(
                name=path,
                kind=_kind(found, document),
                required=name in required,
                text=_about(node),
            )
            if depth > 1:
                yield from _rows(document, found, path, depth - 1)
        if variant.get("type") == "array" and depth > 1:
            yield from _rows(document, variant.get("items", {}), f"{place}[]", depth - 1)


def _variants(document: Node, schema: Node) -> Sequence[Node]:
    """A schema, or each of those that it may be."""
    found = _resolved(document, schema)
    several = found.get("anyOf") or found.get("oneOf") or found.get("allOf")
    return [_resolved(document, each) for each in several] if several else [found]


def _resolved(document: Node, node: Node) -> Node:
    """Follow references within the document (RFC 6901 below `#/`)."""
    while "$ref" in node:
        found: Any = document
        for word in node["$ref"].removeprefix("#/").split("/"):
            found = found[word]
        node = found
    return node


def _kind(node: Node, document: Node | None = None) -> str:
    """What a value may be, in words: its type, choices and limits."""
    several = node.get("anyOf") or node.get("oneOf")
    if several:
        each = [_kind(_resolved(document or {}, one), document) for one in several if document]
        return " or ".join(dict.fromkeys(each)) or "one of several"
    if "enum" in node:
        return "one of " + ", ".join(str(one) for one in node["enum"])
    if "const" in node:
        return str(node["const"])
    if node.get("type") == "array":
        inner = _kind(_resolved(document, node["items"]), document) if document else ""
        return f"list of {inner}".removesuffix(" of ")
    return ", ".join([str(node.get("format", node.get("type", "any"))), *_limits(node)])


def _limits(node: Node) -> list[str]:
    words = (
        ("minimum", "at least %s"),
        ("maximum", "at most %s"),
        ("minLength", "%s characters at least"),
        ("maxLength", "%s characters at most"),
        ("pattern", "like %s"),
    )
    found = [word % node[key] for key, word in words if key in node]
    return ["not empty" if one == "1 characters at least" else one for one in found]


def _about(node: Node) -> str:
    text: str = node.get("description", "")
    default = node.get("default")
    said = f"Without it: {json.dumps(default)}." if default not in (None, "") else ""
    return " ".join(word for word in (text, said) if word)
