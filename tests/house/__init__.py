"""The plan, proved: doors, budgets, words and what the papers say."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Alembic loads these by path, in a form of its own.
NOT_OURS = ("hub/store/migrations/",)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One parsed file of the project; `path` is relative to the checkout."""

    path: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first name below `hub` ("store"), or the package itself ("portal", "tests")."""
        parts = Path(self.path).with_suffix("").parts
        return parts[1] if parts[0] == "hub" and len(parts) > 1 else parts[0]

    def functions(self) -> Iterator[Function]:
        """Yield every function that has a body, nested ones too."""
        yield from _functions(self.path)


def sources(*packages: str) -> Iterator[Source]:
    """Yield the parsed files of the named top-level folders."""
    for package in packages:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(NOT_OURS):
                yield _parsed(path)


@cache
def _functions(path: str) -> tuple[Function, ...]:
    nodes = ast.walk(_parsed(path).tree)
    return tuple(node for node in nodes if isinstance(node, Function) and lines_of(node))


@cache
def _parsed(path: str) -> Source:
    text = (ROOT / path).read_text()
    return Source(path=path, text=text, tree=ast.parse(text))


def lines_of(function: Function) -> int:
    """Count a function's lines from `def` on, without its docstring.

    A function that is only a docstring (a protocol's) has none.
    """
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return length
    first = function.body[0]
    if len(function.body) == 1:
        return 0
    return length - ((first.end_lineno or first.lineno) - first.lineno + 1)
