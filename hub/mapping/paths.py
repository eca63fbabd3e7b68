"""Paths of a page, `Head/Text[@kind=gift]/@lang`: their spelling and their names resolved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hub.mapping.elements import MANY, Path, Step, Test
from hub.mapping.sheet import Line, Mistakes

_STEP = re.compile(r"([^\s/@\[\]*?+=.][^\s/@\[\]*?+=]*)((?:\[[^\[\]]*\])*)(?:(\*)([0-9]{0,4}))?")
_TEST = re.compile(r"\[([^\[\]=]*)=([^\[\]]*)\]")
_SLASH = re.compile(r"/(?![^\[]*\])")
_PLUS = re.compile(r"\s\+\s(?![^\[]*\])")
WAYS = ("A/B", "A/@b", "A[@b=c]/D", "A[@b!=c]", "A[B=c]/D", "A*/B", ".", "../A", "/A/B")
KNOWN_PREFIXES = {
    "xml": "http://www.w3.org/XML/1998/namespace",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def halves(key: str) -> list[str]:
    """Return the paths of `A + A/@b`."""
    return [part.strip() for part in _PLUS.split(key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What prefixes stand for; a page of JSON has none, and no attributes."""

    spaces: Mapping[str, str]
    json: bool
    mistakes: Mistakes

    def element(self, name: str, line: Line, address: str) -> str:
        """Return an element's name in Clark notation."""
        if self.json:
            return name
        prefix, colon, local = name.rpartition(":")
        return self._clark(prefix if colon else "", local, line, address)

    def attribute(self, name: str, line: Line, address: str) -> str:
        """Return an attribute's name in Clark notation; without prefix it has no namespace."""
        prefix, colon, local = name.rpartition(":")
        if self.json:
            self.mistakes.add(line, address, "JSON has no attributes; `root:` says it is XML")
        return self._clark(prefix, local, line, address) if colon else name

    def _clark(self, prefix: str, local: str, line: Line, address: str) -> str:
        space = self.spaces.get(prefix)
        if space is None and prefix:
            what = f"there is no namespace for `{prefix}:`"
            self.mistakes.add(line, address, what, self.spaces)
        return f"{{{space}}}{local}" if space else local


def compile_path(text: str, *, names: Names, line: Line, address: str) -> Path | None:
    """Compile a path, or note why it is none."""
    below = text.removeprefix("/")
    found = Path(text=text, top=below != text)
    for word in _SLASH.split(below):
        path = _further(found, word, names, line, address)
        if path is None:
            names.mistakes.add(line, address, f"`{text}` is no path", WAYS)
            return None
        found = path
    if sum(bool(step.most) for step in found.steps) > 1:
        names.mistakes.add(line, address, f"`{text}` repeats two steps; use a loop for the first")
    return found


def _further(found: Path, word: str, names: Names, line: Line, address: str) -> Path | None:
    """Return the path one word further, or None if the word cannot stand there."""
    if found.attribute:
        return None
    if word == ".":
        return found if not found.steps else None
    if word == "..":
        return None if found.steps or found.top else replace(found, up=found.up + 1)
    if word.startswith("@"):
        attribute = names.attribute(word[1:], line, address)
        return replace(found, attribute=attribute) if word[1:] else None
    step = _step(word, names, line, address)
    return replace(found, steps=(*found.steps, step)) if step else None


def _step(word: str, names: Names, line: Line, address: str) -> Step | None:
    match = _STEP.fullmatch(word)
    if match is None:
        return None
    tests: list[Test] = []
    for told, value in _TEST.findall(match[2]):
        test = _test(told, value, names, line, address)
        if test is None:
            return None
        tests.append(test)
    if len(tests) != match[2].count("["):
        return None
    most = int(match[4] or MANY) if match[3] else 0
    name = names.element(match[1], line, address)
    return Step(name=name, tests=tuple(tests), most=most)


def _test(told: str, value: str, names: Names, line: Line, address: str) -> Test | None:
    other, told = told.endswith("!"), told.removesuffix("!")
    path = compile_path(told, names=names, line=line, address=address) if told else None
    if path is None or path.away or any(step.tests or step.most for step in path.steps):
        return None
    if not path.steps and not path.attribute:
        return None
    steps = tuple(step.name for step in path.steps)
    return Test(names=steps, attribute=path.attribute, value=value, other=other)


def first_marked(path: Path) -> Path:
    """Return a path with the step marked that says which elements are meant: else the first."""
    if not path.steps or path.marked >= 0:
        return path
    first, *rest = path.steps
    return replace(path, steps=(replace(first, most=MANY), *rest))


def joint(paths: list[Path]) -> tuple[Path, tuple[Path, ...]]:
    """Return the element that places have in common and the way of each from there."""
    first = paths[0]
    shared = len(first.steps)
    for path in paths[1:]:
        pairs = zip(first.steps[:shared], path.steps, strict=False)
        shared = next(
            (place for place, (one, other) in enumerate(pairs) if not one.same(other)),
            min(shared, len(path.steps)),
        )
    marked = [path.steps[:shared] for path in paths if path.marked >= 0]
    steps = marked[0] if marked else first.steps[:shared]
    base = replace(first, steps=steps, attribute="")
    return base, tuple(replace(path, steps=path.steps[shared:], up=0, top=False) for path in paths)
