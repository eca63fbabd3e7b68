"""Code tables: a partner's code ⇄ the hub's words, both ways from one page of `mappings/codes/`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.mapping.sheet import Block, Leaf, Mistakes

UNKNOWN = ("keep", "refuse")
_LENGTH = re.compile(r"(.+) of ([0-9]{1,3})", re.ASCII)
_KEYS = ("about", "codes", "extends", "unknown", "written_as")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code and its words; `length` restricts it to values of that many characters."""

    code: str
    words: tuple[str, ...]
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Codes in the page's order: the first one with the right words is the one written.

    With `keep` an unknown code travels unchanged both ways, without it it is a problem.
    `written_as` gives words that have no code of their own: each is written as another one.
    """

    name: str
    rows: tuple[Row, ...]
    keep: bool
    written_as: Mapping[str, str] = field(default_factory=dict)
    by_code: Mapping[str, tuple[str, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the rows out by code; the first of a code counts."""
        by_code = {row.code: row.words for row in reversed(self.rows)}
        object.__setattr__(self, "by_code", by_code)

    def words(self, code: str) -> tuple[str, ...] | None:
        """Return the words of a partner's code, or None if it is unknown."""
        return self.by_code.get(code)

    def code(self, words: tuple[str, ...], *, length: int | None = None) -> str | None:
        """Return the code for these words, or None if there is none.

        Words after the first are detail: without a row of their own the first alone is written.
        """
        words = (self.written_as.get(words[0], words[0]), *words[1:])
        fitting = [row for row in self.rows if row.length in (None, length)]
        plain = (words[0], *("" for _ in words[1:]))
        exact = (row.code for row in fitting if row.words == words)
        return next(exact, next((row.code for row in fitting if row.words == plain), None))

    def knows(self, word: str) -> bool:
        """Whether any code stands for this word, of whatever length."""
        return any(row.words[0] == word for row in self.rows)

    @property
    def width(self) -> int:
        """How many words stand behind each code."""
        return len(self.rows[0].words) if self.rows else 1


def compile_table(name: str, block: Block, *, parent: Table | None, mistakes: Mistakes) -> Table:
    """Turn a page with `codes:` into a Table, its parent's rows last.

    Notes every mistake instead of raising.
    """
    for entry in block.entries:
        if entry.key not in _KEYS:
            mistakes.add(entry.line, entry.key, "is not a word of a code table", _KEYS)
    unknown = block.text("unknown") or ("keep" if parent and parent.keep else "refuse")
    if unknown not in UNKNOWN:
        mistakes.add(block.line_of("unknown"), "unknown", f"cannot be `{unknown}`", UNKNOWN)
    own = _rows(block, mistakes)
    codes = {row.code for row in own}
    inherited = tuple(row for row in (parent.rows if parent else ()) if row.code not in codes)
    rows = _level(own + inherited)
    former = parent.written_as if parent else {}
    instead = {**former, **_instead(block, rows, mistakes)}
    return Table(name=name, rows=rows, keep=unknown == "keep", written_as=instead)


def _instead(block: Block, rows: tuple[Row, ...], mistakes: Mistakes) -> dict[str, str]:
    """Return the words that are written as others; those must have a code."""
    found: dict[str, str] = {}
    tree = block.get("written_as")
    known = {row.words[0] for row in rows}
    for entry in tree.entries if isinstance(tree, Block) else ():
        word = entry.tree.text if isinstance(entry.tree, Leaf) else ""
        if word not in known or entry.key in known:
            what = (
                f"`{entry.key}` has a code of its own"
                if entry.key in known
                else (f"no code stands for `{word}`")
            )
            mistakes.add(entry.line, f"written_as.{entry.key}", what, known)
        found[entry.key] = word
    return found


def _rows(block: Block, mistakes: Mistakes) -> tuple[Row, ...]:
    codes = block.get("codes")
    if not isinstance(codes, Block) or not codes.entries:
        mistakes.add(block.line, "codes", "must list at least one `CODE: word`")
        return ()
    rows: list[Row] = []
    for entry in codes.entries:
        if isinstance(entry.tree, Leaf) and entry.tree.text:
            rows.append(_row(entry.key, entry.tree, mistakes))
        else:
            mistakes.add(entry.line, entry.key, "must be a word, as in `EA: each`")
    return tuple(rows)


def _row(code: str, leaf: Leaf, mistakes: Mistakes) -> Row:
    match = _LENGTH.fullmatch(leaf.text)
    text, length = (match[1], int(match[2])) if match else (leaf.text, None)
    words = tuple(word.strip() for word in text.split("+"))
    if not all(words):
        mistakes.add(leaf.line, code, "has an empty word", ("word", "word + detail", "word of 12"))
    return Row(code=code, words=words, length=length)


def _level(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    # A table of two words a row may leave the second out; then it is empty.
    width = max((len(row.words) for row in rows), default=1)
    return tuple(
        Row(
            code=row.code,
            words=row.words + ("",) * (width - len(row.words)),
            length=row.length,
        )
        for row in rows
    )
