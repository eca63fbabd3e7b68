"""Every error code that the code can give a Problem or an answer, read from the sources.

A code is a text that becomes `Problem.code`, the last part of an answer's `type`, or the `code` of
one of its `errors`. Functions that hand one on are followed to where the text is written.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
Name = tuple[str, str]
"""A module, and what stands in it: `Class.method` for a method."""

ANY = "*"
"""At the end of a code: it is made with something that only running tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The parameter that takes a code: its name, and its place among those without a name."""

    name: str
    place: int | None = None


ROOTS: Mapping[Name, Door] = {
    ("hub.domain.exchange", "Problem"): Door(name="code"),
    ("hub.api.answers", "Declined"): Door(name="code", place=1),
    ("hub.api.asking", "mistake"): Door(name="code", place=1),
    ("hub.formats.json.values", "Wrong"): Door(name="code", place=0),
    ("pydantic_core", "PydanticCustomError"): Door(name="error_type", place=0),
    ("dataclasses", "replace"): Door(name="code"),
}
"""Where a text becomes a code."""

TOLD_BY: Mapping[Name, Sequence[Name]] = {
    ("hub.api.reading", "_problem"): (
        ("hub.api.reading", "_SENTENCES"),
        ("hub.api.reading", "_PATTERNS"),
    ),
    ("hub.formats.tabular.rows", "wrong"): (
        ("hub.formats.tabular.rows", "_wrong_cell"),
        ("hub.formats.tabular.cells", "damage"),
    ),
    ("hub.formats.x12.envelope", "_OpenGroup.begin"): (
        ("hub.formats.x12.envelope", "_OpenGroup.begin"),
    ),
    ("hub.formats.x12.header", "_check_shape"): (("hub.formats.x12.header", "_bad_marks"),),
    ("hub.formats.x12.header", "_check_values"): (("hub.formats.x12.header", "_PATTERNS"),),
    ("hub.formats.x12.syntax", "Checker.problems"): (("hub.formats.x12.syntax", "_misfits"),),
    ("hub.formats.x12.syntax", "Checker._mistype"): (("hub.formats.x12.syntax", "_TYPE_WORDS"),),
}
"""Functions that take their codes from the rows of a table, or of another function."""

HANDED_ON = {
    ("hub.flow.supplier_room", "_read_answer"): "problems that were kept with an answer",
    ("hub.store.problems", "_read"): "problems that were stored",
}
"""Functions that only bring back codes that were given before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place where a code is given: by which function, and the text."""

    module: str
    inside: str
    scope: ast.AST
    given: ast.expr


@dataclass(slots=True)
class Sources:
    """The modules of a folder, and where each name of them leads."""

    root: Path
    packages: Sequence[str] = ("hub", "portal")
    trees: dict[str, ast.Module] = field(default_factory=dict)
    made: dict[Name, ast.AST] = field(default_factory=dict)
    imported: dict[Name, Name] = field(default_factory=dict)
    methods: dict[str, list[Name]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for package in self.packages:
            for path in sorted((self.root / package).rglob("*.py")):
                words = path.relative_to(self.root).with_suffix("").parts
                module = ".".join(words).removesuffix(".__init__")
                self.trees[module] = ast.parse(path.read_text("utf-8"))
                self._see(module)

    def _see(self, module: str) -> None:
        for node in ast.walk(self.trees[module]):
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imported[module, alias.asname or alias.name] = (node.module, alias.name)
        for node in self.trees[module].body:
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    self.made[module, name] = node
                case ast.ClassDef(name=name, body=body):
                    self.made[module, name] = node
                    for one in body:
                        if isinstance(one, Function):
                            self.made[module, f"{name}.{one.name}"] = one
                            self.methods[one.name].append((module, f"{name}.{one.name}"))
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.made[module, name] = value
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                    for left, right in zip(names, values, strict=True):
                        if isinstance(left, ast.Name):
                            self.made[module, left.id] = right
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.made[module, name] = value

    def meant(self, module: str, name: str) -> Name:
        """Return where a name of a module is made, wherever it was imported from."""
        found, steps = (module, name), {(module, name)}
        while found not in self.made and found in self.imported:
            found = self.imported[found]
            if found in steps:  # a package that takes a module of its own by name
                break
            steps.add(found)
        return found

    def called(self, module: str, inside: str, func: ast.expr) -> list[Name]:
        """Return what a call may be of; of a method whose object is unknown, its namesakes here."""
        match func:
            case ast.Name(id=name):
                return [self.meant(module, name)]
            case ast.Attribute(value=ast.Name(id="self"), attr=attr) if (
                own := (module, f"{inside.partition('.')[0]}.{attr}")
            ) in self.made:
                return [own]
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                above, last = self.meant(module, name)
                if f"{above}.{last}" in self.trees:
                    return [self.meant(f"{above}.{last}", attr)]
        if isinstance(func, ast.Attribute):
            room = module.rpartition(".")[0]
            return [one for one in self.methods[func.attr] if one[0].rpartition(".")[0] == room]
        return []

    def scopes(self) -> Iterator[tuple[str, str, ast.AST]]:
        """Yield every function and method, and what stands beside them."""
        for module, tree in self.trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    for one in node.body:
                        name = f"{node.name}.{one.name}" if isinstance(one, Function) else ""
                        yield module, name, one
                else:
                    yield module, node.name if isinstance(node, Function) else "", node


@dataclass
class Emitted:
    """The codes of some sources; `unread` are the places whose codes could not be read."""

    sources: Sources

    @cached_property
    def doors(self) -> Mapping[Name, Door]:
        """Every function that takes a code, found by following those that hand one on."""
        doors = dict(ROOTS)
        grown = True
        while grown:
            grown = False
            for site in self._sites(doors):
                place = (site.module, site.inside)
                door = _handed_on(site)
                if door is not None and place not in doors:
                    doors[place] = door
                    grown = True
        return doors

    @cached_property
    def _found(self) -> tuple[dict[str, set[str]], list[str]]:
        codes: dict[str, set[str]] = defaultdict(set)
        unread: list[str] = []
        for site in self._sites(self.doors):
            read = self._codes(site)
            if read is None:
                line = f"{site.module}:{site.given.lineno} {site.inside}: {ast.unparse(site.given)}"
                unread.append(line)
            for code in read or ():
                codes[code].add(site.module)
        for module, code in self._defaults():
            codes[code].add(module)
        for module, code in self._written_out():
            codes[code].add(module)
        return codes, unread

    @property
    def codes(self) -> Mapping[str, set[str]]:
        """Every code, and the modules that give it; one that ends in ANY is a family."""
        return self._found[0]

    @property
    def unread(self) -> Sequence[str]:
        """The places whose codes cannot be read off the sources."""
        return self._found[1]

    @cached_property
    def _calls(self) -> Sequence[tuple[str, str, ast.AST, ast.Call, Sequence[Name]]]:
        return [
            (module, inside, scope, node, self.sources.called(module, inside, node.func))
            for module, inside, scope in self.sources.scopes()
            for node in ast.walk(scope)
            if isinstance(node, ast.Call)
        ]

    def _sites(self, doors: Mapping[Name, Door]) -> Iterator[Site]:
        for module, inside, scope, call, names in self._calls:
            for name in names:
                given = _given(call, doors[name]) if name in doors else None
                if given is not None:
                    yield Site(module=module, inside=inside, scope=scope, given=given)

    def _codes(self, site: Site) -> set[str] | None:
        """What a place gives; nothing where it hands on what is given elsewhere."""
        told = TOLD_BY.get((site.module, site.inside))
        read = self._read(site.given, site.module, site.scope)
        if read is None and told:
            return {code for module, name in told for code in self._rows(module, name)}
        if read is None and (
            _handed_on(site) is not None or (site.module, site.inside) in HANDED_ON
        ):
            return set()
        return read

    def _read(self, given: ast.expr, module: str, scope: ast.AST) -> set[str] | None:
        match given:
            case ast.Constant(value=str(code)):
                return {code}
            case ast.Attribute(attr="code"):
                return set()  # of a problem that was made elsewhere
            case ast.IfExp(body=one, orelse=other):
                return self._together((one, other), module, scope)
            case ast.BinOp(op=ast.Add(), left=left, right=right):
                return self._joined((left, right), module, scope)
            case ast.JoinedStr(values=values):
                pieces = [
                    one.value if isinstance(one, ast.FormattedValue) else one for one in values
                ]
                return self._joined(pieces, module, scope)
            case ast.Name(id=name):
                return self._named(name, module, scope)
        return None

    def _together(
        self, several: Sequence[ast.expr], module: str, scope: ast.AST
    ) -> set[str] | None:
        found = [self._read(one, module, scope) for one in several]
        read = [one for one in found if one is not None]
        return set().union(*read) if len(read) == len(found) else None

    def _joined(self, pieces: Sequence[ast.expr], module: str, scope: ast.AST) -> set[str] | None:
        """A code in pieces: what only running tells ends it."""
        read: list[set[str]] = []
        for piece in pieces:
            found = self._read(piece, module, scope)
            if found is None:
                read.append({ANY})
                break
            read.append(found)
        codes = {"".join(each) for each in product(*read)}
        return codes if codes != {ANY} else None

    def _named(self, name: str, module: str, scope: ast.AST) -> set[str] | None:
        values = [value for node in ast.walk(scope) for value in _assigned(node, name)]
        if values and not _takes(scope, name):
            return self._together(values, module, scope)
        above, last = self.sources.meant(module, name)
        value = self.sources.made.get((above, last))
        return self._read(value, above, value) if isinstance(value, ast.expr) else None

    def _rows(self, module: str, name: str) -> Iterator[str]:
        """The codes of a table: the first of each row, and all of X12's own."""
        made = self.sources.made[module, name]
        for node in ast.walk(made):
            if isinstance(node, ast.Tuple) and node.elts:
                yield from self._read(node.elts[0], module, made) or ()
            if isinstance(node, ast.BinOp):
                yield from self._read(node, module, made) or ()

    def _defaults(self) -> Iterator[tuple[str, str]]:
        for (module, inside), door in self.doors.items():
            made = self.sources.made.get((module, inside))
            if isinstance(made, Function):
                for one, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True):
                    if one.arg == door.name and isinstance(default, ast.Constant):
                        yield module, str(default.value)

    def _written_out(self) -> Iterator[tuple[str, str]]:
        """The `code` of an answer's `errors` where it is written out."""
        for module, tree in self.sources.trees.items():
            for node in ast.walk(tree) if module.startswith("hub.api.") else ():
                if isinstance(node, ast.Dict):
                    words = {
                        key.value: value
                        for key, value in zip(node.keys, node.values, strict=True)
                        if isinstance(key, ast.Constant)
                    }
                    code = words.get("code") if "detail" in words else None
                    if isinstance(code, ast.Constant):
                        yield module, str(code.value)


def _given(call: ast.Call, door: Door) -> ast.expr | None:
    named = next((one.value for one in call.keywords if one.arg == door.name), None)
    if named is None and door.place is not None and len(call.args) > door.place:
        return call.args[door.place]
    return named


def _assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a name is given by a statement, alone or as one of several."""
    match node:
        case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
            yield value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            for left, right in zip(names, values, strict=True):
                if isinstance(left, ast.Name) and left.id == name:
                    yield right


def _takes(scope: ast.AST, name: str) -> bool:
    return isinstance(scope, Function) and any(
        one.arg == name for one in (*scope.args.args, *scope.args.kwonlyargs)
    )


def _handed_on(site: Site) -> Door | None:
    """The parameter that a function gives on as a code, None where it gives one of its own."""
    if not isinstance(site.given, ast.Name) or not isinstance(site.scope, Function):
        return None
    name, taken = site.given.id, [one.arg for one in site.scope.args.args]
    bound = taken[:1] in (["self"], ["cls"])
    if name in taken:
        return Door(name=name, place=taken.index(name) - bound)
    return Door(name=name) if _takes(site.scope, name) else None
