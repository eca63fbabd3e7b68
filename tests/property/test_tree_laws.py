"""The two laws of maps for trees, and that no paper makes a page raise.

A page of `mappings/` is a test here as soon as it is there; besides, one page of XML and one of
JSON is made for every kind of message from nothing but its fields.
"""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.exchange import Node, Severity
from hub.mapping import Page, load
from hub.mapping.elements import ElementPlan
from hub.mapping.shapes import FieldShape, message_class, message_names, shape
from tests.property.tree_maps import tree_messages
from tests.unit.mapping import library

FEW = max(5, settings().max_examples // 8)
"""How many examples of each: there are many pages here, and each is much like another."""
PAGES = sorted(name for name, page in library().pages.items() if isinstance(page.plan, ElementPlan))
WORDS = {"text": "text", "whole": "balance", "date": "date", "datetime": "datetime",
         "time": "time", "word": "word"}  # fmt: skip


@cache
def made(message: str, dialect: str) -> Page:
    """Return a page that has a place for every field of a message."""
    cls = message_class(message)
    assert cls is not None
    head = "root: Paper\n" if dialect == "xml" else ""
    rows = "\n".join(_rows(cls, dialect, ""))
    return load({"made": f"set: Paper\nmessage: {message}\n{head}elements:\n{rows}\n"}).page("made")


def _rows(cls: type, dialect: str, indent: str) -> list[str]:
    found: list[str] = []
    for number, spot in enumerate(shape(cls).values()):
        mark = "" if spot.required else "?"
        found += _row(spot, dialect, indent, number, mark)
    return found


def _row(spot: FieldShape, dialect: str, indent: str, number: int, mark: str) -> list[str]:
    """Spell one field: now an attribute, now an element, now deep in others."""
    name = spot.name
    if spot.kind == "texts":
        return [f"{indent}- {name}*{mark}: each {name}"]
    if spot.kind in ("record", "records") and spot.cls:
        star = "*" if spot.kind == "records" else ""
        inner = _rows(spot.cls, dialect, f"{indent}  ")
        return [f"{indent}- loop {name}{star}{mark} at all/{name}:", *inner]
    path = name if number % 3 else f"deep/{name}"
    if dialect == "xml" and number % 2:
        path = f'"@{name}{mark}"' if number % 3 else f"deep/@{name}{mark}"
        return [f"{indent}- {path}: {name} | {WORDS[spot.kind]}"]
    return [f"{indent}- {path}{mark}: {name} | {WORDS[spot.kind]}"]


EVERY = [(name, dialect) for name in message_names() for dialect in ("xml", "json")]


@pytest.mark.parametrize(("message", "dialect"), EVERY)
@settings(max_examples=FEW)
@given(st.data())
def test_every_kind_of_message_is_written_as_a_tree_and_read_back(
    message: str, dialect: str, data: st.DataObject
) -> None:
    _reads_back(made(message, dialect), data)


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=FEW)
@given(st.data())
def test_a_page_of_elements_reads_back_every_message_it_writes(
    name: str, data: st.DataObject
) -> None:
    _reads_back(library().page(name), data)


def _reads_back(page: Page, data: st.DataObject) -> None:
    message = data.draw(tree_messages(page))
    written = page.write(message)
    assert written.problems == ()
    read = page.read(written.paper)
    assert read.messages == (message,)
    # A notice without a line is read, and told about.
    assert {one.code for one in read.problems} <= {"map-segment-missing"}
    assert not [one for one in read.problems if one.severity is Severity.ERROR]


def _nodes(plan: ElementPlan) -> st.SearchStrategy[Node]:
    """Return trees of a page's own names, laid out as they come."""
    names = sorted(_names(plan.rows)) or ["a"]
    kinds = st.sampled_from(["text", "object", "number", "nothing"] if not plan.root else ["text"])
    texts = st.sampled_from(["", " ", "1", "2.5", "-1", "1e9", "٣", "2026-02-30", "x" * 200])
    attributes = st.lists(st.tuples(st.sampled_from([*names, "no"]), texts), max_size=2).map(tuple)

    def element(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.builds(
            Node,
            name=st.sampled_from(names),
            text=texts,
            attributes=attributes if plan.root else st.just(()),
            children=st.lists(children, max_size=4).map(tuple),
            kind=kinds,
            many=st.booleans(),
        )

    leaf = st.builds(Node, name=st.sampled_from(names), text=texts, kind=kinds)
    return st.recursive(leaf, element, max_leaves=12).map(
        lambda node: Node(
            name=plan.root, children=(node, *node.children), kind="text" if plan.root else "object"
        )
    )


def _names(listed: Any) -> set[str]:
    found: set[str] = set()
    for row in listed.rows:
        for path in (getattr(row, "base", None), getattr(row, "path", None)):
            found |= {step.name for step in path.steps} if path else set()
        found |= {step.name for place in getattr(row, "places", ()) for step in place.steps}
        found |= _names(row.rows) if hasattr(row, "rows") else set()
    return found


@pytest.mark.parametrize("name", PAGES)
@settings(max_examples=FEW)
@given(st.data())
def test_no_tree_makes_a_page_raise_and_it_says_why_it_reads_nothing(
    name: str, data: st.DataObject
) -> None:
    page = library().page(name)
    assert isinstance(page.plan, ElementPlan)
    reading = page.read(data.draw(_nodes(page.plan)))
    errors = [one for one in reading.problems if one.severity is Severity.ERROR]
    assert reading.messages or errors
    assert all(problem.where.path for problem in errors)
