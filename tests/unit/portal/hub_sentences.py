"""The sentences that stand in the code of the hub, found where they are written."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

NO_SENTENCES = frozenset(
    {"RuntimeError", "TypeError", "AssertionError", "KeyError", "ConfigError", "Field", "field"}
)
"""What these are made with is for programmers, or for who writes the pages of partners."""
_MUTE = (ast.Name, ast.alias, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
_TWO_WORDS = re.compile(r"[A-Za-z}”`] [A-Za-z{“(]")
_WORD = re.compile(r"[a-z]{2}")
_NOT_SAID = re.compile(r"^hub |^<|%[sr]")


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the shape of each sentence of a file: two words at least.

    Docstrings, what is logged, patterns, markup and commands are none.
    """
    for line, shape in _walk(ast.parse(path.read_text("utf-8"))):
        text = shape.strip()
        if _TWO_WORDS.search(text) and _WORD.search(text) and not _NOT_SAID.search(text):
            yield line, text


def _walk(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.Call(func=ast.Attribute(value=ast.Name(id="_log" | "re"))):
            return
        case ast.Call(func=ast.Name(id=name)) if name in NO_SENTENCES:
            return
        case ast.Constant(value=str(text), lineno=line):
            yield line, text
            return
        case ast.JoinedStr(lineno=line) | ast.BinOp(op=ast.Add(), lineno=line) if any(
            _pieces(node)
        ):
            yield line, _shape(node)
            for inner in _inside(node):
                yield from _walk(inner)
            return
    for child in _speaking(node):
        yield from _walk(child)


def _speaking(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node is made of, without what never says anything."""
    for name in node._fields:
        value = getattr(node, name, None)
        if name != "annotation":
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST) and not isinstance(child, _MUTE):
                    yield child


def _pieces(node: ast.AST) -> Iterator[str]:
    """Yield the words that a text is made of, "" for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            for value in values:
                yield from _pieces(value)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from (*_pieces(left), *_pieces(right))
        case _:
            yield ""


def _shape(node: ast.AST) -> str:
    """Return a text with numbered holes; holes side by side are one."""
    text, holes, in_hole = "", 0, False
    for piece in _pieces(node):
        if piece:
            text, in_hole = text + piece, False
        elif not in_hole:
            text, holes, in_hole = f"{text}{{{holes}}}", holes + 1, True
    return text


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in the holes: it may say something itself."""
    match node:
        case ast.JoinedStr(values=values):
            yield from (one.value for one in values if isinstance(one, ast.FormattedValue))
        case ast.BinOp(left=left, right=right):
            for side in (left, right):
                if isinstance(side, ast.JoinedStr | ast.BinOp):
                    yield from _inside(side)
                elif not isinstance(side, ast.Constant):
                    yield side


def literals(path: Path) -> Iterator[str]:
    """Yield every text of a file but docstrings, with numbered holes for what is filled in."""
    todo: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while todo:
        match node := todo.pop():
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr():
                yield _shape(node)
        todo.extend(_speaking(node))
