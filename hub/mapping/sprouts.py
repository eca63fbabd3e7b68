"""A tree while it is written: elements that rows share as long as they are open."""

from dataclasses import dataclass, field

from hub.domain.exchange import Node
from hub.mapping.elements import Path, Step, Test
from hub.mapping.finding import NOTHING, OBJECT, Sight


@dataclass(slots=True, kw_only=True, eq=False)
class Sprout:
    """One element being written. `text` is None as long as no row said it.

    A `round` is the element of a record: rows that come after it do not share it.
    """

    name: str
    path: str = ""
    step: Step | None = None
    text: str | None = None
    kind: str = "text"
    many: bool = False
    round: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Sprout]" = field(default_factory=list)

    def node(self) -> Node:
        """Return what was written so far."""
        return Node(
            name=self.name,
            text=self.text or "",
            attributes=tuple(self.attributes.items()),
            children=tuple(child.node() for child in self.children),
            kind=self.kind,
            many=self.many,
        )

    def down(self, steps: tuple[Step, ...], sight: Sight, *, fresh: int, many: bool) -> "Sprout":
        """Return the element some steps down, made where it is not open.

        That at place `fresh` is made anew, and stands in an array if it is one of `many`.
        """
        here = self
        for place, step in enumerate(steps):
            anew = place == fresh and (many or not sight.json)
            found = None if anew else here.opened(step, sight)
            here = found or here._grown(step, sight, many=many and place == fresh)
        return here

    def holds(self, steps: tuple[Step, ...], sight: Sight) -> bool:
        """Whether all of these elements are open."""
        return self._last(steps, sight) is not None

    def spoken(self, steps: tuple[Step, ...], sight: Sight) -> bool:
        """Whether the element there is open and has said its text."""
        found = self._last(steps, sight)
        return found is not None and found.text is not None

    def say(self, path: Path, text: str, *, kind: str) -> None:
        """Take the text of this element or of an attribute of it."""
        if path.attribute:
            self.attributes[path.attribute] = text
        else:
            self.text = text
            self.kind = NOTHING if kind not in ("text", OBJECT) and not text else kind

    def _last(self, steps: tuple[Step, ...], sight: Sight) -> "Sprout | None":
        here: Sprout | None = self
        for step in steps:
            here = here.opened(step, sight) if here else None
        return here

    def opened(self, step: Step, sight: Sight) -> "Sprout | None":
        """Return the open element of a step, the last one; in JSON, whose order is free, any."""
        for child in reversed(self.children):
            if child.step is not None and child.step.same(step) and not child.round:
                return None if child.many else child
            if not sight.json:
                return None
        return None

    def _grown(self, step: Step, sight: Sight, *, many: bool) -> "Sprout":
        count = 1 + sum(child.name == step.name for child in self.children)
        mark = f"[{count}]" if count > 1 else ""
        if sight.json:
            mark = f"/{count - 1}" if many else ""
        path = f"{self.path}/{sight.spelled(step.name)}{mark}"
        kind = OBJECT if sight.json else "text"
        grown = Sprout(name=step.name, path=path, step=step, kind=kind, many=many)
        for test in step.tests:
            grown._pass(test, sight)
        self.children.append(grown)
        return grown

    def _pass(self, test: Test, sight: Sight) -> None:
        """Write what a test of the page asks for."""
        if not test.value or test.other:
            return
        steps = tuple(Step(name=name) for name in test.names)
        found = self.down(steps, sight, fresh=len(steps) - 1, many=False)
        found.say(Path(text="", attribute=test.attribute), test.value, kind="text")
