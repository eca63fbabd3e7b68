"""A checker's findings in the words of somebody who edits a page."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

LONGEST_SHOWN = 60  # characters of a wrong value
# Under these keys a value may be a secret that somebody wrote in the wrong place: never shown.
SECRET_WORDS = ("password", "passphrase", "secret", "token", "key_file", "private")

# What pydantic calls a wrong kind of value, as the writer of a page would say it.
KINDS = {
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_parsing": "is not a number",
    "bool_parsing": "is not true or false",
    "string_type": "stands where one text belongs",
    "int_type": "stands where a whole number belongs",
    "float_type": "stands where a number belongs",
    "bool_type": "stands where true or false belongs",
    "tuple_type": "stands where a list such as [a, b] belongs",
    "list_type": "stands where a list such as [a, b] belongs",
    "dict_type": "stands where keys and values belong, one `key: value` a line",
    "model_type": "stands where keys and values belong, one `key: value` a line",
}

Path = tuple[str | int, ...]


def spelled(path: Path) -> str:
    """Spell a path as people do: `channels[0].maps.850`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{shown(part, quote=False)}"
    return text.removeprefix(".") or "page"


def shown(value: object, *, quote: bool = True) -> str:
    """Show a value in one short line, odd characters escaped."""
    if isinstance(value, dict | list | tuple):
        return "a list" if isinstance(value, list | tuple) else "a group of keys"
    if value is None:
        return "nothing"
    text = str(value)
    text = ascii(text) if any(not letter.isprintable() for letter in text) else f"'{text}'"
    if len(text) > LONGEST_SHOWN:
        text = text[:LONGEST_SHOWN] + "…'"
    return text if quote else text[1:-1]


def sentence(fault: ErrorDetails, place: Path) -> str:
    """Say what one of pydantic's findings means to the page's writer."""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return f"missing; add `{place[-1]}: ...`" if place else "missing"
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", fault["msg"]))
    if kind == "string_pattern_mismatch" and _maybe_secret(place):
        return "name the secret by env:NAME or file:/path, never write it on the page"
    value = "this value" if _maybe_secret(place) else shown(fault["input"])
    if kind in KINDS:
        return f"{value} {KINDS[kind]}"
    if kind == "string_pattern_mismatch":
        return f"{value} does not have the form {context['pattern']}"
    if kind in ("literal_error", "enum"):
        return f"{value} is not one of {context['expected']}"
    message = fault["msg"]
    if message.startswith("Input "):
        return f"{value} {message.removeprefix('Input ')}"
    return f"{value}: {message[:1].lower()}{message[1:]}"


def allowed_keys(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that `model` allows under a path."""
    whole = model.model_json_schema()
    shapes = list(_branches(whole, whole))
    for part in path:
        inner = [_inside(shape, part) for shape in shapes]
        shapes = [branch for shape in inner if shape for branch in _branches(shape, whole)]
    return sorted({key for shape in shapes for key in shape.get("properties", ())})


def _branches(shape: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the shape and, behind references and unions, what it may be."""
    if "$ref" in shape:
        yield from _branches(whole["$defs"][shape["$ref"].rpartition("/")[2]], whole)
        return
    yield shape
    for word in ("anyOf", "oneOf", "allOf"):
        for branch in shape.get(word, ()):
            yield from _branches(branch, whole)


def _inside(shape: Mapping[str, Any], part: str | int) -> Mapping[str, Any] | None:
    if isinstance(part, int):
        inner = shape.get("items")
    else:
        inner = shape.get("properties", {}).get(part, shape.get("additionalProperties"))
    return inner if isinstance(inner, dict) else None


def _maybe_secret(place: Path) -> bool:
    return any(word in str(part).lower() for part in place for word in SECRET_WORDS)
