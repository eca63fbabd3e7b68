"""The templates: one file a page, below `portal/templates`; every value is escaped."""

from functools import lru_cache, partial
from pathlib import Path

import jinja2

from portal.web.ground.words import SOURCE, told, translations

FOLDER = Path(__file__).resolve().parents[2]
"""Where templates and style sheets lie."""


@lru_cache(maxsize=16)
def environment(language: str = SOURCE) -> jinja2.Environment:
    """Return the templates in a language; a name that a page does not know ends it.

    What the hub says reaches a page through `| said`; it is escaped as everything else is.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(  # type: ignore[attr-defined]  # the extension brings it
        translations(language), newstyle=True
    )
    made.filters["said"] = partial(_said, language)
    return made


def _said(language: str, text: str) -> str:
    """Return what the hub says in a language; what the page said itself is markup, and stays."""
    return text if hasattr(text, "__html__") else told(language, text)
