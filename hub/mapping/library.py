"""The pages of `mappings/` compiled: each with its parents, code tables and one digest of all."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from hub.domain.exchange import Node, Paper
from hub.domain.messages import Message
from hub.errors import ConfigError
from hub.mapping.carrying import Room, room_for_ids
from hub.mapping.compiling import compile_plan
from hub.mapping.converters import PLAIN
from hub.mapping.element_compiling import compile_elements
from hub.mapping.element_feeding import read_tree, row_path, tree_pieces
from hub.mapping.element_writing import write as write_tree
from hub.mapping.elements import ElementPlan, LetRow
from hub.mapping.extending import changed
from hub.mapping.feeding import pieces
from hub.mapping.iso import IN_TREES
from hub.mapping.plan import Plan
from hub.mapping.reading import Reading, read
from hub.mapping.shapes import message_class, message_names
from hub.mapping.sheet import Block, Entry, Leaf, Mistakes, Rows, parse
from hub.mapping.slots import Desk
from hub.mapping.tables import Table, compile_table
from hub.mapping.writing import Writing, write

_KEYS = (
    "about",
    "changes",
    "elements",
    "extends",
    "feed",
    "message",
    "namespaces",
    "root",
    "segments",
    "set",
    "strict",
    "without",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, ready to use. `digest` changes with its text, its parents' and its tables'."""

    plan: Plan | ElementPlan
    digest: str

    @property
    def name(self) -> str:
        """The page's name, as in `x12/004010/850`."""
        return self.plan.name

    @property
    def set_id(self) -> str:
        """The transaction set it belongs to, as in `850`."""
        return self.plan.set_id

    @property
    def message(self) -> type:
        """The class of the messages it reads and writes."""
        return self.plan.message

    @property
    def purpose(self) -> str:
        """The one purpose that the page can write (`let purpose: cancel`), empty for any."""
        rows = self.plan.rows.rows if isinstance(self.plan, ElementPlan) else ()
        lets = [row for row in rows if isinstance(row, LetRow) and row.field == "purpose"]
        return lets[0].value if lets else ""

    @property
    def rows(self) -> str:
        """Where the rows of a feed stand in a tree: a Clark path, empty for other pages."""
        return self.plan.path if isinstance(self.plan, ElementPlan) else ""

    @property
    def dialect(self) -> str:
        """What papers it reads and writes: `trees` (XML, JSON) or `segments`."""
        return "trees" if isinstance(self.plan, ElementPlan) else "segments"

    @property
    def ids(self) -> Room | None:
        """The kinds of ids of an article that it writes, and how many; None if it writes none."""
        return room_for_ids(self.plan)

    def row_path(self, number: int) -> str:
        """Return the place of a row of a feed in a tree, counted from 1, empty for other pages."""
        return row_path(self.plan, number) if isinstance(self.plan, ElementPlan) else ""

    def read(self, paper: Paper) -> Reading:
        """Read a partner's paper; it never raises on what the paper says.

        TypeError for a tree on a page of segments and the other way round: the channel's format and
        map do not belong together.
        """
        match self.plan, paper:
            case ElementPlan(), Node():
                return read_tree(self.plan, paper)
            case Plan(), tuple():
                if self.plan.feed:
                    return next(pieces(self.plan, paper, size=len(paper) + 1))
                return read(self.plan, paper)
        raise TypeError(f"{self.name} reads {self.dialect}; the format of the channel does not")

    def pieces(
        self, parts: Iterator[tuple[str, ...] | Node], *, size: int = 500
    ) -> Iterator[Reading]:
        """Read a feed of any length, `size` rounds of its rows at a time, memory flat.

        The parts are the segments from ST to SE exclusive, or, of a tree, the root as far as it is
        known when the first row begins, each row, and the root at the end, both without rows. Each
        message repeats the head and has its own rows; a row that cannot be read is an ERROR problem
        and left out. Control totals are checked in the last. Raises TypeError if the page is no
        feed.
        """
        if isinstance(self.plan, ElementPlan):
            return tree_pieces(self.plan, cast("Iterator[Node]", parts), size=size)
        return pieces(self.plan, cast("Iterator[tuple[str, ...]]", parts), size=size)

    def write(self, message: Message) -> Writing:
        """Write one message of the page's class; TypeError for others."""
        if isinstance(self.plan, ElementPlan):
            return write_tree(self.plan, message)
        return write(self.plan, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Every page by name."""

    pages: Mapping[str, Page]
    tables: Mapping[str, Table] = field(default_factory=dict)

    def word(self, table: str, code: str) -> str:
        """Return our word for a code of a table; a word, or what nobody knows, in small letters."""
        words = self.tables[table].words(code.upper()) if table in self.tables else None
        return words[0] if words else code.lower()

    def codes(self, table: str) -> dict[str, str]:
        """Return the code that is written for each word of a table; none of one that is not."""
        rows = self.tables[table].rows if table in self.tables else ()
        return {row.words[0]: row.code for row in reversed(rows)}

    def page(self, name: str) -> Page:
        """Return a page; ConfigError naming the known ones if there is none."""
        if name not in self.pages:
            known = ", ".join(sorted(self.pages))
            raise ConfigError([f"mappings/{name}.yaml: there is no such page; allowed: {known}"])
        return self.pages[name]


@dataclass(slots=True, kw_only=True)
class _Shelf:
    """Pages while they are compiled."""

    texts: Mapping[str, str]
    blocks: dict[str, Block] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def ancestry(self, name: str, mistakes: Mistakes) -> list[str]:
        """Return a page's name and those it extends, itself first."""
        names = [name]
        while parent := self.blocks[names[-1]].text("extends"):
            if parent not in self.blocks or parent in names:
                what = "extends itself" if parent in names else f"there is no page `{parent}`"
                mistakes.add(
                    self.blocks[name].line_of("extends"),
                    "extends",
                    what,
                    set(self.blocks) - set(names),
                )
                break
            names.append(parent)
        return names


def load(pages: Mapping[str, str]) -> Library:
    """Compile pages given as name → text; names as in `x12/004010/850`.

    Raises ConfigError with every mistake of every page, one line each; reads no file itself. The
    same texts once more are the same library: compiling is most of what opening a hub costs.
    """
    return _load(tuple(sorted(pages.items())))


@lru_cache(maxsize=4)
def _load(pages: tuple[tuple[str, str], ...]) -> Library:
    shelf = _Shelf(texts=dict(pages))
    for name, text in pages:
        mistakes = Mistakes(page=name)
        block = parse(text, mistakes=mistakes)
        if block is not None:
            shelf.blocks[name] = block
        shelf.mistakes += mistakes.lines
    tables = [name for name, block in shelf.blocks.items() if block.get("codes")]
    for name in tables:
        _table(name, shelf)
    made = {name: _page(name, shelf) for name in shelf.blocks if name not in tables}
    if shelf.mistakes:
        raise ConfigError(shelf.mistakes)
    whole = {name: page for name, page in made.items() if page is not None}
    return Library(pages=whole, tables=shelf.tables)


def _table(name: str, shelf: _Shelf) -> None:
    mistakes = Mistakes(page=name)
    table: Table | None = None
    for ancestor in reversed(shelf.ancestry(name, mistakes)):
        notes = mistakes if ancestor == name else Mistakes(page=ancestor)
        table = compile_table(ancestor, shelf.blocks[ancestor], parent=table, mistakes=notes)
    if table is not None:
        shelf.tables[name] = table
    shelf.mistakes += mistakes.lines


def _page(name: str, shelf: _Shelf) -> Page | None:
    mistakes = Mistakes(page=name)
    ancestry = shelf.ancestry(name, mistakes)
    # Of a page whose parents are not there nothing more can be said.
    broken = bool(mistakes.lines)
    plan: Plan | ElementPlan | None = None
    used: set[str] = set()
    block = _inherited(ancestry, shelf)
    for entry in shelf.blocks[name].entries:
        if entry.key not in _KEYS:
            mistakes.add(entry.line, entry.key, "is not a word of a page", _KEYS)
    cls = message_class(block.text("message"))
    dialect, rows = _rows(ancestry, shelf, mistakes)
    if cls is None and not broken:
        said = block.text("message")
        mistakes.add(
            block.line_of("message"), "message", f"there is no message `{said}`", message_names()
        )
    elif rows is None and not broken:
        what = "the page lists no `segments:` or `elements:` and extends no page that does"
        mistakes.add(block.line, "segments", what)
    elif cls and rows and not mistakes.lines:
        trees = dialect == "elements"
        desk = Desk(
            cls=cls,
            tables=shelf.tables,
            mistakes=mistakes,
            used=used,
            plain=IN_TREES if trees else PLAIN,
        )
        compiled = compile_elements if trees else compile_plan
        plan = compiled(name, block, rows, desk=desk)
    shelf.mistakes += mistakes.lines
    return Page(plan=plan, digest=_digest(ancestry, used, shelf)) if plan else None


def _inherited(ancestry: list[str], shelf: _Shelf) -> Block:
    """Return a page's own words with those of its parents where it has none."""
    entries: dict[str, Entry] = {}
    for name in reversed(ancestry):
        kept = (
            entry
            for entry in shelf.blocks[name].entries
            if isinstance(entry.tree, Leaf) or entry.key == "namespaces"
        )
        entries |= {entry.key: _with_parents(entry, entries) for entry in kept}
    return Block(line=shelf.blocks[ancestry[0]].line, entries=tuple(entries.values()))


def _with_parents(entry: Entry, entries: Mapping[str, Entry]) -> Entry:
    """Return a page's word; namespaces are added to those of its parents."""
    above = entries.get(entry.key)
    if above is None or not isinstance(entry.tree, Block) or not isinstance(above.tree, Block):
        return entry
    laid = {one.key: one for one in (*above.tree.entries, *entry.tree.entries)}
    tree = Block(line=entry.line, entries=tuple(laid.values()))
    return Entry(line=entry.line, key=entry.key, tree=tree)


def _rows(ancestry: list[str], shelf: _Shelf, mistakes: Mistakes) -> tuple[str, Rows | None]:
    """Return the dialect and the oldest page's rows after the changes of each younger."""
    rows: Rows | None = None
    dialect = "segments"
    for name in reversed(ancestry):
        block = shelf.blocks[name]
        # A parent's mistakes are told once, on the parent.
        notes = mistakes if name == ancestry[0] else Mistakes(page=name)
        if block.get("segments") and block.get("elements"):
            what = "a page lists `segments:` or `elements:`, not both"
            notes.add(block.line_of("elements"), "elements", what)
        for word in ("segments", "elements"):
            own = block.get(word)
            if isinstance(own, Rows):
                dialect, rows = word, own
        if rows is not None and block.get("changes"):
            rows = changed(rows, block.get("changes"), mistakes=notes)
    return dialect, rows


def _digest(ancestry: list[str], used: set[str], shelf: _Shelf) -> str:
    tables = {one for name in used for one in shelf.ancestry(name, Mistakes(page=name))}
    digest = hashlib.sha256()
    for name in (*ancestry, *sorted(tables)):
        digest.update(f"{name}\n{len(shelf.texts[name])}\n{shelf.texts[name]}".encode())
    return digest.hexdigest()
