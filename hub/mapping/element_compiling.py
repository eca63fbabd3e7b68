"""Rows of a page of elements compiled into a plan, every mistake noted at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.mapping.element_losses import allowed
from hub.mapping.elements import (
    ElementPlan,
    GroupRow,
    Kind,
    KindsRow,
    LetRow,
    Listed,
    Outer,
    Path,
    RecordRow,
    Row,
    SplitRow,
    Spoken,
    Total,
    Use,
    ValueRow,
    Worth,
    fields_of,
)
from hub.mapping.paths import KNOWN_PREFIXES, Names, compile_path, first_marked, halves, joint
from hub.mapping.plan import Constant, Each, Lines, Pairs, When
from hub.mapping.shapes import FieldShape, shape
from hub.mapping.sheet import Block, Entry, Leaf, Line, Rows, Tree
from hub.mapping.slots import Desk, compile_each, compile_pairs, compile_value, compile_when
from hub.mapping.strictness import known_by

_NAMED = re.compile(r"(loop|group|each) ([a-z_0-9]+)(\*)?(\?)?(?: (at|by) (\S.*))?", re.ASCII)
_KINDS = re.compile(r"pairs ([a-z_0-9]+)(\?)?(?: at (\S.*))?", re.ASCII)
_LENGTH = re.compile(r"(\S+)(?: of ([0-9]{1,3}))?", re.ASCII)
_KINDS_OF_JSON = ("number", "text", "truth")
ROWS = (
    "PATH?",
    "PATH + PATH?",
    "also …",
    "each name at PATH",
    "each name by PATH else PATH dealing PATH",
    "else …",
    "first_of field",
    "group name? at PATH",
    "let field",
    "loop field*? at PATH",
    "pairs field? at PATH",
)
_NEVER_WRITTEN = Use(write=False)
_ELSE = Use(write=False, late=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """What compiling rows needs: the fields of the record and the names of the page."""

    desk: Desk
    names: Names

    def note(self, line: Line, address: str, what: str, allowed: Sequence[str] = ()) -> None:
        self.desk.mistakes.add(line, address, what, allowed)

    def path(self, text: str, line: Line, address: str) -> Path | None:
        return compile_path(text.strip(), names=self.names, line=line, address=address)

    def of(self, cls: type) -> "_Bench":
        return replace(self, desk=self.desk.of(cls))


def compile_elements(name: str, block: Block, rows: Rows, *, desk: Desk) -> ElementPlan:
    """Compile the rows of a page whose message class is the desk's.

    Notes a required field that the page never names: such a message could never be read.
    """
    spaces = _spaces(block, desk)
    names = Names(spaces=spaces, json=block.get("root") is None, mistakes=desk.mistakes)
    bench = _Bench(desk=desk, names=names)
    root = names.element(block.text("root"), block.line_of("root"), "root")
    made = _rows(rows, bench)
    _unnamed(desk, rows.line, "elements")
    strict = block.text("strict")
    if strict not in ("", "true", "false"):
        bench.note(block.line_of("strict"), "strict", f"cannot be `{strict}`", ("true", "false"))
    return ElementPlan(
        name=name,
        title=block.text("about"),
        set_id=block.text("set"),
        message=desk.cls,
        root=root,
        prefixes={space: prefix for prefix, space in reversed(spaces.items())},
        rows=made,
        known=known_by(made) if strict == "true" else None,
        feed=_feed(block, made, bench),
        without=_without(block, bench),
    )


def _without(block: Block, bench: _Bench) -> frozenset[str]:
    """Return the fields of which the page says that its papers go without them."""
    named = [word.strip() for word in block.text("without").split(",") if word.strip()]
    for word in named:
        if word not in allowed():
            what = f"`{word}` is no field that a paper would have to carry"
            bench.note(block.line_of("without"), "without", what, allowed())
    return frozenset(named)


def _spaces(block: Block, desk: Desk) -> dict[str, str]:
    """Return what each prefix stands for, those that XML itself knows among them."""
    spaces = dict(KNOWN_PREFIXES)
    tree = block.get("namespaces")
    for entry in tree.entries if isinstance(tree, Block) else ():
        if isinstance(entry.tree, Leaf) and entry.tree.text:
            spaces[entry.key] = entry.tree.text
        else:
            desk.mistakes.add(entry.line, "namespaces", f"`{entry.key}` must name a namespace")
    return spaces


def _unnamed(desk: Desk, line: Line, address: str) -> None:
    needed = {spot.name for spot in shape(desk.cls).values() if spot.required}
    for name in sorted(needed - desk.mentioned):
        what = f"no row carries `{name}`, without which there is no {desk.cls.__name__}"
        desk.mistakes.add(line, address, what)


def _feed(block: Block, listed: Listed, bench: _Bench) -> RecordRow | None:
    """Return the loop that is read in pieces."""
    name = block.text("feed")
    loops = [
        row for row in listed.rows if isinstance(row, RecordRow) and row.many and row.path.steps
    ]
    found = [row for row in loops if row.field == name]
    if not name or (len(found) == 1 and len(loops) == 1):
        return found[0] if name else None
    what = f"`{name}` is not the one loop of records at the top"
    bench.note(block.line_of("feed"), "feed", what, [row.field for row in loops])
    return None


# --- rows --------------------------------------------------------------------------------------


def _rows(rows: Tree | None, bench: _Bench) -> Listed:
    made: list[Row] = []
    for row in rows.rows if isinstance(rows, Rows) else ():
        if not isinstance(row, Block) or len(row.entries) != 1:
            bench.note(row.line, "elements", "each row is one `PATH: …`", ROWS)
        else:
            made += _row(row.entries[0], Use(), bench)
    return Listed(rows=tuple(made))


def _row(entry: Entry, use: Use, bench: _Bench) -> list[Row]:
    word, _, rest = entry.key.partition(" ")
    if rest and word in ("also", "else") and use == Use():
        inner = Entry(line=entry.line, key=rest, tree=entry.tree)
        return _row(inner, _NEVER_WRITTEN if word == "also" else _ELSE, bench)
    if rest and word == "first_of":
        return _first_of(entry, rest, bench)
    named, kinds = _NAMED.fullmatch(entry.key), _KINDS.fullmatch(entry.key)
    if named:
        row = _named(named, entry, use, bench)
    elif kinds:
        row = _kinds(kinds, entry, use, bench)
    elif word == "let" and rest:
        row = _let(rest, entry, bench)
    elif rest and word in ("loop", "group", "each", "pairs", "let"):
        bench.note(entry.line, entry.key, "is no row of a page", ROWS)
        row = None
    else:
        row = _value_row(entry, use, bench)
    return [row] if row else []


def _named(match: re.Match[str], entry: Entry, use: Use, bench: _Bench) -> Row | None:
    """Compile a loop, a group or an `each`."""
    word, by = match[1], match[5] == "by"
    if by and word == "each":
        return _each_by(match[6], entry, use, bench, optional=bool(match[4]))
    path = bench.path(match[6] or ".", entry.line, entry.key)
    if path is None:
        return None
    if path.attribute or (path.away and use.write):
        bench.note(entry.line, entry.key, f"`{path.text}` is no element below; write `also`")
    if by or (word != "group" and not match[6]):
        bench.note(entry.line, entry.key, "is no row of a page", ROWS)
        return None
    if word == "loop":
        return _loop(match, path, entry, use, bench)
    rows, optional = _rows(entry.tree, bench), bool(match[4])
    if not rows.rows:
        bench.note(entry.line, entry.key, "must list rows")
    if word == "group":
        return GroupRow(address=entry.key, path=path, optional=optional, rows=rows, use=use)
    return SplitRow(address=entry.key, path=path, by=(), optional=optional, rows=rows, use=use)


def _each_by(
    text: str, entry: Entry, use: Use, bench: _Bench, *, optional: bool
) -> SplitRow | None:
    """Compile `each name by PATH + PATH else PATH dealing PATH + PATH`."""
    said, _, dealing = text.partition(" dealing ")
    wanted, _, head = said.partition(" else ")
    paths = {
        word: [bench.path(one, entry.line, entry.key) for one in halves(part)] if part else []
        for word, part in (("by", wanted), ("head", head), ("dealt", dealing))
    }
    known = {word: [path for path in found if path] for word, found in paths.items()}
    if any(None in found for found in paths.values()):
        return None
    for path in (path for found in known.values() for path in found if path.away):
        bench.note(entry.line, entry.key, f"`{path.text}` is no element below")
    if len(known["head"]) > 1 or any(path.attribute for path in known["dealt"]):
        bench.note(entry.line, entry.key, "is no row of a page", ROWS)
    rows = _rows(entry.tree, bench)
    if not rows.rows:
        bench.note(entry.line, entry.key, "must list rows")
    by = tuple(first_marked(path) for path in known["by"])
    return SplitRow(
        address=entry.key,
        path=replace(by[0], attribute=""),
        by=by,
        optional=optional,
        rows=rows,
        use=use,
        head=first_marked(known["head"][0]) if known["head"] else None,
        dealt=tuple(known["dealt"]),
    )


def _loop(
    match: re.Match[str], path: Path, entry: Entry, use: Use, bench: _Bench
) -> RecordRow | None:
    name, many = match[2], bool(match[3])
    known = bench.desk.field(name, entry.line, entry.key)
    kind = "records" if many else "record"
    if known is None or known.cls is None or known.kind != kind:
        bench.note(entry.line, entry.key, f"`{name}` is not a {kind} field")
        return None
    inner = bench.of(known.cls)
    rows = _rows(entry.tree, inner)
    if not rows.rows:
        bench.note(entry.line, entry.key, "must list rows")
    _unnamed(inner.desk, entry.line, entry.key)
    return RecordRow(
        address=entry.key,
        path=path,
        field=name,
        cls=known.cls,
        many=many,
        optional=bool(match[4]),
        rows=rows,
        use=use,
        needed=known.required,
    )


def _let(name: str, entry: Entry, bench: _Bench) -> LetRow | None:
    known = bench.desk.field(name, entry.line, entry.key)
    text = entry.tree.text if isinstance(entry.tree, Leaf) else ""
    if known is None or known.kind not in ("text", "word") or not text:
        bench.note(entry.line, entry.key, "write `let field: word`, of a text or a word")
        return None
    members = [str(member) for member in known.cls] if known.cls else [text]
    if text not in members:
        bench.note(entry.line, entry.key, f"cannot be `{text}`", members)
    return LetRow(address=entry.key, field=name, value=text)


def _kinds(match: re.Match[str], entry: Entry, use: Use, bench: _Bench) -> KindsRow | None:
    """Compile a place for each kind of id."""
    known = bench.desk.field(match[1], entry.line, entry.key)
    base = bench.path(match[3] or ".", entry.line, entry.key)
    if known is None or base is None:
        return None
    if known.kind != "records" or known.cls is None or set(shape(known.cls)) != {"kind", "value"}:
        bench.note(entry.line, entry.key, f"`{match[1]}` is not a list of kind and value")
        return None
    kinds: list[Kind] = []
    for one in entry.tree.entries if isinstance(entry.tree, Block) else ():
        path = bench.path(one.key, one.line, entry.key)
        said = _LENGTH.fullmatch(one.tree.text) if isinstance(one.tree, Leaf) else None
        if path and said:
            kinds.append(Kind(path=path, word=said[1], length=int(said[2]) if said[2] else None))
        else:
            bench.note(one.line, entry.key, f"`{one.key}` must name a kind", ("gtin", "gtin of 12"))
    return KindsRow(
        address=entry.key,
        base=base,
        field=match[1],
        cls=known.cls,
        kinds=tuple(kinds),
        optional=bool(match[2]),
        use=use,
    )


def _first_of(entry: Entry, told: str, bench: _Bench) -> list[Row]:
    """Compile places to read, each while the one before said nothing, and the one to write."""
    block = entry.tree
    places = block.get("read") if isinstance(block, Block) else None
    texts = places.rows if isinstance(places, Rows) else ()
    if (
        not isinstance(block, Block)
        or not texts
        or {e.key for e in block.entries}
        - {
            "read",
            "write",
        }
    ):
        bench.note(entry.line, entry.key, "needs `read:` with places", ("read", "write"))
        return []
    value = Leaf(line=entry.line, text=told)
    written = [leaf for leaf in [block.get("write")] if isinstance(leaf, Leaf)]
    asked = [(leaf, Use(read=False)) for leaf in written]
    asked += [(leaf, _ELSE) for leaf in texts if isinstance(leaf, Leaf)]
    made: list[Row] = []
    for leaf, use in asked:
        place = Entry(line=leaf.line, key=f"{leaf.text.removesuffix('?')}?", tree=value)
        row = _value_row(place, use, bench)
        made += [row] if row else []
    return made


# --- values ------------------------------------------------------------------------------------


def _value_row(entry: Entry, use: Use, bench: _Bench) -> ValueRow | None:
    address, optional = entry.key.removesuffix("?"), entry.key.endswith("?")
    paths = [bench.path(text, entry.line, entry.key) for text in halves(address)]
    known = [path for path in paths if path is not None]
    told = _told(entry, bench)
    if told is None or len(known) != len(paths):
        return None
    text, when, kind = told
    if any(path.away for path in known) and use.write:
        bench.note(entry.line, entry.key, "what stands elsewhere is only read; write `also`")
    if len({(path.up, path.top) for path in known}) > 1:
        bench.note(entry.line, entry.key, "the places of one row start at one element")
    slots = _slots(len(known), text, entry, bench)
    if not slots:
        return None
    base, places = joint(known)
    many = any(isinstance(slot, Each | Lines | Pairs) for slot in slots)
    if any(path.marked >= 0 for path in known) and not many:
        what = "`*` goes with `each`, `lines` or `pairs`; write a loop for records"
        bench.note(entry.line, entry.key, what)
    shapes = shape(bench.desk.cls)
    fields = [name for slot in slots for name in fields_of(slot)]
    return ValueRow(
        address=address,
        base=base,
        places=places,
        slots=slots,
        optional=optional,
        use=use,
        kind=kind,
        when=when,
        needs=tuple(name for name in fields if name in shapes and shapes[name].required),
    )


def _told(entry: Entry, bench: _Bench) -> tuple[str, When | None, str] | None:
    """Return what stands behind a path: the value, when to write it, its kind in JSON."""
    tree = entry.tree
    if isinstance(tree, Leaf) and tree.text:
        return tree.text, None, ""
    if not isinstance(tree, Block) or not tree.text("value"):
        what = "is no row of a page: write `PATH: field` or `PATH: {value: field}`"
        bench.note(entry.line, entry.key, what, ROWS)
        return None
    for word in tree.entries:
        if word.key not in ("value", "when", "kind"):
            bench.note(word.line, entry.key, f"`{word.key}`?", ("value", "when", "kind"))
    kind = tree.text("kind")
    if kind and (kind not in _KINDS_OF_JSON or not bench.names.json):
        bench.note(entry.line, entry.key, f"cannot be of kind `{kind}`", _KINDS_OF_JSON)
    return tree.text("value"), compile_when(tree, entry.key, bench.desk), kind


def _slots(width: int, text: str, entry: Entry, bench: _Bench) -> tuple[Spoken, ...]:
    """Compile what one or several places say, together or each its own."""
    every = tuple(range(1, width + 1))
    fields, bar, wanted = (part.strip() for part in text.partition("|"))
    each = [part.strip() for part in fields.split(" + ")]
    converters = [part.strip() for part in wanted.split(" + ")] if bar else ["text"] * len(each)
    own = width > 1 and len(each) == width == len(converters) and not text.startswith("=")
    if not own:
        slot = _slot(every, text, entry, bench)
        return (slot,) if slot else ()
    pairs = zip(every, each, converters, strict=True)
    made = [_slot((n,), f"{one} | {conv}", entry, bench) for n, one, conv in pairs]
    return tuple(slot for slot in made if slot)


def _slot(elements: tuple[int, ...], text: str, entry: Entry, bench: _Bench) -> Spoken | None:
    word, _, rest = text.partition(" ")
    line, spot, desk = entry.line, entry.key, bench.desk
    if text.startswith("="):
        return Constant(elements=elements, text=text[1:])
    if word in ("count", "sum") and rest and "|" not in rest:
        path = bench.path(rest, line, spot)
        return Total(elements=elements, path=path, summed=word == "sum") if path else None
    if word == "each" and rest:
        return compile_each(elements, rest, line, spot, desk)
    if word == "the" and rest:
        return _outer(elements, rest, entry, bench)
    if word == "worth":
        return _worth(elements, rest, entry, bench)
    name, _, wanted = (part.strip() for part in text.partition("|"))
    kind, _, detail = (part.strip() for part in wanted.partition(" "))
    if kind == "lines":
        return _lines(elements, name, detail, entry, bench)
    if kind == "pairs":
        return _pairs(elements, name, detail, entry, bench)
    return compile_value(elements, text, line=line, spot=spot, desk=desk)


def _outer(elements: tuple[int, ...], text: str, entry: Entry, bench: _Bench) -> Outer | None:
    if bench.desk.outer is None:
        bench.note(entry.line, entry.key, f"`the {text}` is for records; write `{text}` here")
        return None
    head = bench.desk.head
    value = compile_value(elements, text, line=entry.line, spot=entry.key, desk=head)
    if value is None:
        return None
    return Outer(elements=elements, fields=value.fields, converter=value.converter)


def _worth(elements: tuple[int, ...], text: str, entry: Entry, bench: _Bench) -> Worth | None:
    """Compile `worth of lines | money` and `worth | money`."""
    named, bar, wanted = (part.strip() for part in text.partition("|"))
    field = named.removeprefix("of").strip()
    known = bench.desk.field(field, entry.line, entry.key) if field else None
    cls: type[Any] | None = known.cls if known else None if field else bench.desk.cls
    shapes: dict[str, FieldShape] = shape(cls) if cls and (known or not field) else {}
    price = next((name for name in ("cost", "price") if name in shapes), "")
    words = wanted.split() if bar else []
    if not price or "quantity" not in shapes or words[:1] != ["money"] or len(words) > 2:
        what = "write `worth of lines | money`: records with a quantity and a cost"
        bench.note(entry.line, entry.key, what)
        return None
    spot = f"{price} | {wanted}"
    inner = Desk(cls=cls or bench.desk.cls, tables={}, mistakes=bench.desk.mistakes,
                 plain=bench.desk.plain)  # fmt: skip
    value = compile_value(elements, spot, line=entry.line, spot=entry.key, desk=inner)
    if value is None:
        return None
    return Worth(elements=elements, field=field, price=price, converter=value.converter)


def _lines(
    elements: tuple[int, ...], name: str, limit: str, entry: Entry, bench: _Bench
) -> Lines | None:
    known = bench.desk.field(name, entry.line, entry.key)
    if known is None:
        return None
    if known.kind != "text" or len(elements) != 1 or (limit and not limit.isdigit()):
        what = "write `PATH*: text_field | lines`, or `lines 80` for the longest line"
        bench.note(entry.line, entry.key, what)
        return None
    return Lines(elements=elements, field=name, limit=int(limit or 0))


def _pairs(
    elements: tuple[int, ...], name: str, table: str, entry: Entry, bench: _Bench
) -> Pairs | None:
    if len(elements) != 2:
        bench.note(entry.line, entry.key, "write `Id* + Id/@scheme: products | pairs TABLE`")
        return None
    return compile_pairs(elements, name, table, entry.line, entry.key, bench.desk)
