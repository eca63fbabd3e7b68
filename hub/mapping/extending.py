"""A child page: its parent's rows with the changes it names by address, nothing else."""

import re
from collections.abc import Callable

from hub.mapping.sheet import Block, Entry, Leaf, Mistakes, Rows, Tree
from hub.mapping.slots import span

_WAYS = (
    "ADDRESS: {02: field}",
    "ADDRESS: becomes OTHER",
    "ADDRESS: field | converter",
    "remove ADDRESS",
    "after ADDRESS: rows",
)
_MARKS = re.compile(r"(\*[0-9]*)?\??$")
Action = Callable[[Block], tuple[Tree, ...]]


def changed(rows: Rows, changes: Tree | None, *, mistakes: Mistakes) -> Rows:
    """Return a parent's rows after a child's changes, in the order they stand.

    An address that the parent does not have is a mistake, noted with those it has.
    """
    for change in changes.rows if isinstance(changes, Rows) else ():
        target, action = _understood(change)
        if action is None:
            mistakes.add(change.line, target or "changes", "is no change", _WAYS)
            continue
        after, hits = _edit(rows.rows, target, action)
        if not hits:
            mistakes.add(change.line, target, "the page it extends has none", _addresses(rows.rows))
        rows = Rows(line=rows.line, rows=after)
    return rows


def _understood(change: Tree) -> tuple[str, Action | None]:
    if isinstance(change, Leaf) and change.text.startswith("remove "):
        return change.text.removeprefix("remove "), lambda _row: ()
    if not isinstance(change, Block) or len(change.entries) != 1:
        return "", None
    key, tree = change.entries[0].key, change.entries[0].tree
    if key.startswith("after ") and isinstance(tree, Rows):
        return key.removeprefix("after "), lambda row: (row, *tree.rows)
    if isinstance(tree, Leaf) and tree.text.startswith("becomes "):
        return key, lambda row: (_renamed(row, tree.text.removeprefix("becomes ")),)
    if isinstance(tree, Block):
        return key, lambda row: (_merged(row, tree),)
    if isinstance(tree, Leaf) and tree.text:
        return key, lambda row: (_revalued(row, tree),)
    return key, None


def _renamed(row: Block, key: str) -> Block:
    entry = row.entries[0]
    return Block(line=row.line, entries=(Entry(line=entry.line, key=key, tree=entry.tree),))


def _revalued(row: Block, leaf: Leaf) -> Block:
    """Give a row of a tree another value; on a row of segments that is no element."""
    entry = row.entries[0]
    tree: Tree = leaf
    if isinstance(entry.tree, Block) and entry.tree.get("value"):
        others = (one for one in entry.tree.entries if one.key != "value")
        value = Entry(line=leaf.line, key="value", tree=leaf)
        tree = Block(line=entry.tree.line, entries=(value, *others))
    return Block(line=row.line, entries=(Entry(line=leaf.line, key=entry.key, tree=tree),))


def _merged(row: Block, block: Block) -> Block:
    """Lay the child's elements over the parent's; `none` takes one away."""
    entry = row.entries[0]
    if not isinstance(entry.tree, Block):
        return row
    own = [change.key for change in block.entries]
    kept = [old for old in entry.tree.entries if not any(_touch(old.key, key) for key in own)]
    new = [
        change
        for change in block.entries
        if not (isinstance(change.tree, Leaf) and change.tree.text == "none")
    ]
    tree = Block(line=block.line, entries=(*kept, *new))
    return Block(line=row.line, entries=(Entry(line=entry.line, key=entry.key, tree=tree),))


def _touch(one: str, other: str) -> bool:
    """Whether two keys speak of the same elements: `06-25` and `08` do."""
    return one == other or bool(set(span(one)) & set(span(other)))


def _name(key: str) -> str:
    """Return the address of a row's key: `REF[CO]?` is `REF[CO]`, a loop's is its name."""
    for word in ("also ", "else "):
        key = key.removeprefix(word)
    for word in ("loop ", "group ", "each ", "pairs ", "let "):
        if key.startswith(word):
            key = key.removeprefix(word).partition(" ")[0]
    return _MARKS.sub("", key)


def _edit(rows: tuple[Tree, ...], path: str, action: Action) -> tuple[tuple[Tree, ...], int]:
    after: list[Tree] = []
    hits = 0
    for row in rows:
        if not isinstance(row, Block) or len(row.entries) != 1:
            after.append(row)
        elif _name(row.entries[0].key) == path:
            after.extend(action(row))
            hits += 1
        else:
            inner, found = _inside(row, path, action)
            after.append(inner)
            hits += found
    return tuple(after), hits


def _inside(row: Block, path: str, action: Action) -> tuple[Block, int]:
    """Edit below a loop or group of that name, or a level of a tree."""
    entry = row.entries[0]
    tree: Tree
    name = f"{_name(entry.key)}/"
    if isinstance(entry.tree, Rows) and path.startswith(name):
        inner, hits = _edit(entry.tree.rows, path.removeprefix(name), action)
        tree = Rows(line=entry.tree.line, rows=inner)
    elif isinstance(entry.tree, Block) and entry.key.startswith("tree "):
        tree, hits = _levels(entry.tree, path, action)
    else:
        return row, 0
    return Block(line=row.line, entries=(Entry(line=entry.line, key=entry.key, tree=tree),)), hits


def _levels(block: Block, path: str, action: Action) -> tuple[Block, int]:
    entries: list[Entry] = []
    hits = 0
    for level in block.entries:
        tree = level.tree
        code = f"{level.key.split(' ')[0]}/"
        if isinstance(tree, Rows) and path.startswith(code):
            inner, found = _edit(tree.rows, path.removeprefix(code), action)
            tree = Rows(line=tree.line, rows=inner)
            hits += found
        entries.append(Entry(line=level.line, key=level.key, tree=tree))
    return Block(line=block.line, entries=tuple(entries)), hits


def _addresses(rows: tuple[Tree, ...], before: str = "") -> list[str]:
    """Return every address of a page, for the mistake that names a wrong one."""
    found: list[str] = []
    for row in rows:
        if not isinstance(row, Block) or not row.entries:
            continue
        entry = row.entries[0]
        if isinstance(entry.tree, Block) and entry.key.startswith("tree "):
            for level in entry.tree.entries:
                inner = level.tree.rows if isinstance(level.tree, Rows) else ()
                found += _addresses(inner, f"{before}{level.key.split(' ')[0]}/")
            continue
        found.append(before + _name(entry.key))
        if isinstance(entry.tree, Rows):
            found += _addresses(entry.tree.rows, f"{before}{_name(entry.key)}/")
    return found
