"""The words of the house, and the constructions that it does without."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.house import ROOT, Function, Source, sources

CODE = ("hub", "portal")

# Say nothing alone. A part of a longer name ("data_dir") they may be, and `Item` is a class of the
# trade: what a partner's list holds.
EMPTY_ALONE = {"data", "info", "item", "process_data"}
# Say nothing anywhere.
EMPTY = {"manager", "handler", "helper", "helpers", "util", "utils"}

# Rooms that are told the time, the numbers and the settings; they never ask.
TOLD = {
    *("errors", "domain", "partners", "mapping", "access", "store", "transports", "formats"),
    "render",
}
ASKING = re.compile(
    r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?|os\.environ|os\.getenv"
    r"|uuid\d?\.uuid[14]|uuid[14]\(|random\.\w+)"
)
RIVERS = (
    "hub/flow/faults.py",  # of the inbound river: each paper by itself
    "hub/flow/outbound.py",
    "hub/flow/watching.py",  # the clock
    "hub/flow/walls.py",  # lanes and endpoints
)


def _words(name: str) -> set[str]:
    """Split `OrderLine` and `order_line` into their lower-case words."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def _given_names(source: Source) -> Iterator[tuple[str, int]]:
    """Yield the names that a file gives, with their lines."""
    yield Path(source.path).stem, 1
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr, node.lineno
            case _:
                pass


def _is_public(function: Function) -> bool:
    """Say whether others may call it; a setter is told with its property."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in function.decorator_list}
    return not function.name.startswith("_") and not marks & {"setter", "overload"}


def _public(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """Yield the public functions and classes of a module or class body."""
    for node in body:
        if isinstance(node, Function) and _is_public(node):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node
            yield from _public(node.body)


def _caught(clause: ast.ExceptHandler) -> set[str]:
    """Name what an `except` catches; a bare one catches "everything"."""
    match clause.type:
        case None:
            return {"everything"}
        case ast.Tuple(elts=kinds):
            return {ast.unparse(kind) for kind in kinds}
        case kind:
            return {ast.unparse(kind)}


def _tidies(clause: ast.ExceptHandler) -> bool:
    """Say whether an `except` only tidies up and lets the error go on."""
    last = clause.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_names_are_words_of_the_trade() -> None:
    empty = [
        f"{source.path}:{line} {name}"
        for source in sources(*CODE)
        for name, line in _given_names(source)
        if name in EMPTY_ALONE or _words(name) & EMPTY
    ]
    assert empty == []


def test_no_function_takes_a_bag_of_keywords() -> None:
    bags = [
        f"{source.path}:{each.lineno} {each.name}"
        for source in sources(*CODE)
        for each in source.functions()
        # A frame that calls us with keywords of its own may hand over a bag that nobody opens.
        if each.args.kwarg is not None and not each.args.kwarg.arg.startswith("_")
    ]
    assert bags == []


def test_only_the_rivers_catch_everything_and_each_does_it_once() -> None:
    wide = Counter(
        source.path
        for source in sources(*CODE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler)
        and _caught(node) & {"everything", "Exception", "BaseException"}
        and not _tidies(node)
    )
    assert {path: count for path, count in wide.items() if path not in RIVERS or count > 1} == {}


def test_rooms_below_the_rivers_are_told_the_time_and_never_ask() -> None:
    asking = [
        f"{source.path}:{node.lineno} {ast.unparse(node)}"
        for source in sources("hub")
        if source.room in TOLD
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call | ast.Attribute | ast.Subscript)
        and ASKING.match(ast.unparse(node))
    ]
    assert asking == []


def test_every_module_class_and_public_function_says_what_it_does() -> None:
    silent = [
        f"{source.path}:{getattr(node, 'lineno', 1)} {getattr(node, 'name', 'module')}"
        for source in sources(*CODE)
        for node in [source.tree, *_public(source.tree.body)]
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_room_says_what_lives_there_what_does_not_and_who_may_come_in() -> None:
    rooms = [*sorted((ROOT / "hub").glob("*/__init__.py")), ROOT / "portal" / "__init__.py"]
    wanted = ("what lives here", "what does not", "who may come in")
    silent = [
        f"{room.parent.name}: {sentence}"
        for room in rooms
        for text in [" ".join((ast.get_docstring(ast.parse(room.read_text())) or "").split())]
        for sentence in wanted
        if sentence not in text.lower()
    ]
    assert silent == []
