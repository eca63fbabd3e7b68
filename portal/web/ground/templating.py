"""The templates: one file a page, below `portal/templates`; every value is escaped."""

from pathlib import Path

import jinja2

FOLDER = Path(__file__).resolve().parents[2]
"""Where templates and style sheets lie."""


def environment() -> jinja2.Environment:
    """Return the templates; a name that a page does not know ends it, instead of a blank."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
