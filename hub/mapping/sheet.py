"""A page's YAML as plain nodes that remember their line, and the list of mistakes found on pages.

Every scalar stays the text that was typed: `01` is an element number here, never an octal.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml

LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C is ten times as fast; not every build of the library has it."""
DEEPEST = 24  # levels; a page with a tree in a loop needs 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a page, so that what a child inherits still says where it was typed."""

    page: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One word or phrase."""

    line: Line
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list, in order."""

    line: Line
    rows: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key and what stands behind it."""

    line: Line
    key: str
    tree: "Tree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Keys in the order they were typed; no key twice."""

    line: Line
    entries: tuple[Entry, ...]

    def get(self, key: str) -> "Tree | None":
        """Return what stands behind `key`, or None."""
        return next((entry.tree for entry in self.entries if entry.key == key), None)

    def line_of(self, key: str) -> Line:
        """Return the line of `key`, the block's own if it is not there."""
        lines = (entry.line for entry in self.entries if entry.key == key)
        return next(lines, self.line)

    def text(self, key: str) -> str:
        """Return the words behind `key`, empty if there are none."""
        tree = self.get(key)
        return tree.text if isinstance(tree, Leaf) else ""


Tree = Leaf | Rows | Block


@dataclass(slots=True, kw_only=True)
class Mistakes:
    """What is wrong on one page; collected, so that an author sees everything at once."""

    page: str
    lines: list[str] = field(default_factory=list)

    def add(self, line: Line, address: str, what: str, allowed: Iterable[str] = ()) -> None:
        """Note one mistake with its file, line, address and what is allowed."""
        words = ", ".join(sorted(allowed))
        place = f"mappings/{line.page}.yaml:{line.number}"
        self.lines.append(f"{place} {address}: {what}" + (f"; allowed: {words}" if words else ""))


def parse(text: str, *, mistakes: Mistakes) -> Block | None:
    """Return the page's nodes, or None after noting why it has none."""
    try:
        if _tricks(text, mistakes):
            return None
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = Line(page=mistakes.page, number=mark.line + 1 if mark else 1)
        mistakes.add(line, "page", f"is no YAML: {error.problem}")
        return None
    except yaml.YAMLError as error:
        mistakes.add(Line(page=mistakes.page, number=1), "page", f"is no YAML: {error}")
        return None
    tree = _tree(root, mistakes) if root is not None else None
    if isinstance(tree, Block):
        return tree
    start = Line(page=mistakes.page, number=1)
    mistakes.add(start, "page", "must be a YAML mapping with `set:` and rows, or `codes:`")
    return None


def _tricks(text: str, mistakes: Mistakes) -> bool:
    """Note what lets a small page grow or go too deep to be walked; tell whether there is any.

    Looks at one event after the other: nothing is built from a text that is refused.
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        mark = event.start_mark
        line = Line(page=mistakes.page, number=mark.line + 1 if mark else 1)
        if depth > DEEPEST:
            mistakes.add(line, "page", f"nested deeper than {DEEPEST} levels")
            return True
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            what = "anchors (&) and aliases (*) are not used; write it out, or extend a page"
            mistakes.add(line, "page", what)
            return True
    return False


def _tree(node: yaml.Node, mistakes: Mistakes) -> Tree:
    line = Line(page=mistakes.page, number=node.start_mark.line + 1)
    match node:
        case yaml.MappingNode():
            return Block(line=line, entries=_entries(node, mistakes))
        case yaml.SequenceNode():
            return Rows(line=line, rows=tuple(_tree(child, mistakes) for child in node.value))
        case _:
            return Leaf(line=line, text=str(node.value))


def _entries(node: yaml.MappingNode, mistakes: Mistakes) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    for key_node, value_node in node.value:
        line = Line(page=mistakes.page, number=key_node.start_mark.line + 1)
        key = str(key_node.value)
        if key in entries:
            mistakes.add(line, key, "stands here twice")
        entries[key] = Entry(line=line, key=key, tree=_tree(value_node, mistakes))
    return tuple(entries.values())
