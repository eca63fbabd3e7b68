"""Problems as JSON and back; empty parts of a place are left out."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.domain.exchange import NOWHERE, Problem, Severity, Where
from hub.store.statements import canonical, parsed


def problems_text(problems: Iterable[Problem]) -> str:
    """Write problems as canonical JSON, in their order."""
    return canonical([_written(problem) for problem in problems])


def problems_read(text: str) -> tuple[Problem, ...]:
    """Read what `problems_text` wrote."""
    if text == "[]":
        return ()
    return tuple(_read(entry) for entry in parsed(text))


def first_error(problems: Iterable[Problem]) -> str:
    """Return the code of the first error, by which what stopped something is told; "" for none."""
    return next((one.code for one in problems if one.severity is Severity.ERROR), "")


def _written(problem: Problem) -> dict[str, Any]:
    where = problem.where
    place = {
        "offset": where.offset,
        "segment": where.segment or None,
        "ordinal": where.ordinal,
        "element": where.element,
        "component": where.component,
        "path": where.path or None,
        "value": where.value or None,
    }
    return {
        "code": problem.code,
        "text": problem.text,
        "severity": problem.severity.value,
        "where": {name: part for name, part in place.items() if part is not None},
    }


def _read(entry: Mapping[str, Any]) -> Problem:
    place = entry["where"]
    return Problem(
        code=entry["code"],
        text=entry["text"],
        severity=Severity(entry["severity"]),
        where=_place(place) if place else NOWHERE,
    )


def _place(place: Mapping[str, Any]) -> Where:
    return Where(
        offset=place.get("offset"),
        segment=place.get("segment", ""),
        ordinal=place.get("ordinal"),
        element=place.get("element"),
        component=place.get("component"),
        path=place.get("path", ""),
        value=place.get("value", ""),
    )
