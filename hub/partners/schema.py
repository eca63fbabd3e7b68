"""The JSON Schema of a partner page, for editors that complete and check while one types."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from hub.partners.fields import ChannelKeys, PartnerKeys

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    *, transports: Mapping[str, type[BaseModel]], formats: Mapping[str, type[BaseModel]]
) -> dict[str, object]:
    """Return the JSON Schema 2020-12 of a page.

    A channel's `settings` and `profile` go by the transport and format it names. Names that must
    exist or differ are not in it: `load` sees to those.
    """
    page, definitions = _shape(PartnerKeys, "page")
    channel, inner = _shape(ChannelKeys, "channel")
    definitions |= inner
    rules: list[dict[str, Any]] = []
    for kind, under, configs in (
        ("transport", "settings", transports),
        ("format", "profile", formats),
    ):
        channel["properties"][kind]["enum"] = sorted(configs)
        for name, config in sorted(configs.items()):
            label = f"{kind}.{name}"
            definitions[label], inner = _shape(config, label)
            definitions |= inner
            needed = [under] if definitions[label].get("required") else []
            rules.append(_rule(kind, name, under, label, needed))
    channel["allOf"] = rules
    definitions["channel"] = channel
    page["properties"]["channels"]["items"] = {"$ref": "#/$defs/channel"}
    return {"$schema": DIALECT, **page, "title": "A partner's page", "$defs": definitions}


def _shape(model: type[BaseModel], label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a model's shape and those it refers to, named after `label`."""
    whole = model.model_json_schema(ref_template=f"#/$defs/{label}.{{model}}")
    inner = whole.pop("$defs", {})
    return whole, {f"{label}.{name}": shape for name, shape in inner.items()}


def _rule(kind: str, name: str, under: str, label: str, needed: list[str]) -> dict[str, Any]:
    then: dict[str, Any] = {"properties": {under: {"$ref": f"#/$defs/{label}"}}}
    if needed:
        then["required"] = needed
    return {"if": {"properties": {kind: {"const": name}}, "required": [kind]}, "then": then}
