"""Our papers: made fit and written, one in each file."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.exchange import Joined, JoinedDocument, Node, Paper, Problem, Severity, Where
from hub.formats.json.profile import MOST_DEEP, Config
from hub.formats.json.values import LONE
from hub.formats.json.wording import CUT, flaw


def clean(paper: Paper, *, set_id: str, profile: Config) -> tuple[Paper, tuple[Problem, ...]]:
    """Return the paper as JSON can carry it, and what keeps it from being sent.

    Every character can be carried but half of one, which is left out with a warning. A paper with
    an error must not be joined. Raises TypeError for rows of segments: the map belongs to another
    format.
    """
    del set_id, profile
    problems: list[Problem] = []
    return _clean(_tree(paper), "", problems, 1), tuple(problems)


def _tree(paper: Paper) -> Node:
    if not isinstance(paper, Node):
        raise TypeError("a JSON channel needs a map with `elements:`, this one has `segments:`")
    return paper


def _clean(node: Node, path: str, problems: list[Problem], depth: int) -> Node:
    where = Where(path=path, value=node.text[:CUT])
    text = LONE.sub("", node.text)
    if text != node.text:
        where = replace(where, value=text[:CUT])
        told = f"{path} has half a character, which was left out"
        problems.append(flaw("cannot-be-carried", told, where=where, severity=Severity.WARNING))
    if depth > MOST_DEEP:
        problems.append(
            flaw("json-too-deep", f"values stand more than {MOST_DEEP} deep", where=where)
        )
        return replace(node, children=())
    if node.kind == "number" and not _NUMBER.fullmatch(text):
        told = f"{path} is to be a number and is none; correct the map"
        problems.append(flaw("json-number", told, where=where))
    if node.kind == "truth" and text not in ("true", "false"):
        told = f"{path} is to be true or false and is neither; correct the map"
        problems.append(flaw("json-truth", told, where=where))
    singles = [child.name for child in node.children if not child.many]
    if len(set(singles)) < len(singles) or {c.name for c in node.children if c.many} & set(singles):
        told = f"{path or '/'} has one member twice; correct the map"
        problems.append(flaw("json-twice", told, where=replace(where, value="")))
    children = tuple(
        _clean(child, step, problems, depth + 1)
        for child, step in zip(node.children, _pointers(node, path), strict=True)
    )
    return replace(node, text=text, children=children)


_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,38})(?:\.\d{1,38})?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def _pointers(node: Node, path: str) -> Iterator[str]:
    counts: dict[str, int] = {}
    for child in node.children:
        name = child.name.replace("~", "~0").replace("/", "~1")
        number = counts[name] = counts.get(name, -1) + 1
        yield f"{path}/{name}/{number}" if child.many else f"{path}/{name}"


def join(
    papers: Sequence[Paper],
    *,
    set_id: str,
    profile: Config,
    interchange_number: int,
    group_number: int,
    at: datetime,
) -> Joined:
    """Put one cleaned paper into a file, its members in the order of the tree.

    The same arguments give the same bytes. Raises ValueError for more than one paper (`AT_MOST`),
    or one that was not cleaned.
    """
    del set_id, group_number, at
    if len(papers) != 1:
        raise ValueError(f"{len(papers)} papers cannot stand in one JSON file of ours")
    out: list[str] = []
    _write(_tree(papers[0]), out, profile.indent, 0)
    body = ("".join(out) + "\n").encode("utf-8")
    number = str(interchange_number)
    return Joined(
        body=body,
        documents=(JoinedDocument(number=number, offset=0, length=len(body) - 1),),
        function="",
        group_number=number,
        interchange_number=number,
        syntax="",
    )


def _write(node: Node, out: list[str], indent: int, depth: int) -> None:
    if node.kind != "object":
        out.append(_written(node))
        return
    members: dict[str, list[Node]] = {}
    for child in node.children:
        members.setdefault(child.name, []).append(child)
    out.append("{")
    for place, (name, nodes) in enumerate(members.items()):
        out.append(("," if place else "") + _gap(indent, depth + 1))
        out.append(json.dumps(name, ensure_ascii=False) + (": " if indent else ":"))
        _write_member(nodes, out, indent, depth + 1)
    out.append((_gap(indent, depth) if members else "") + "}")


def _write_member(nodes: Sequence[Node], out: list[str], indent: int, depth: int) -> None:
    if not nodes[0].many:
        if len(nodes) > 1:
            raise ValueError(f"the member {nodes[0].name!r} stands twice: clean the paper first")
        _write(nodes[0], out, indent, depth)
        return
    if [node.kind for node in nodes] == ["nothing"]:
        out.append("[]")  # a list of records that has none: maps write it as one that is nothing
        return
    out.append("[")
    for place, node in enumerate(nodes):
        out.append(("," if place else "") + _gap(indent, depth + 1))
        _write(node, out, indent, depth + 1)
    out.append(_gap(indent, depth) + "]")


def _gap(indent: int, depth: int) -> str:
    return "\n" + " " * (indent * depth) if indent else ""


def _written(node: Node) -> str:
    match node.kind:
        case "number" if _NUMBER.fullmatch(node.text):
            return node.text
        case "truth" if node.text in ("true", "false"):
            return node.text
        case "nothing":
            return "null"
        case "text":
            return json.dumps(node.text, ensure_ascii=False)
    raise ValueError(f"{node.name!r} cannot be written as {node.kind}: clean the paper first")
