"""The HTML of a mail: its plain text in the brand's colours, and links that can be clicked.

Nothing is loaded from anywhere, nothing runs, and nobody is counted. Mail programs know few rules
of CSS: every element carries its own.
"""

from collections.abc import Collection, Iterator
from html import escape

from hub.partners import Brand

_FONT = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif"


def dressed(brand: Brand, title: str, text: str, *, links: Collection[str] = ()) -> str:
    """Return a whole HTML page that says what `text` says, paragraph by paragraph.

    A line that is one of `links` can be clicked; a paragraph of one line and such a link becomes a
    button. Every other sign stands for itself.
    """
    colours = brand.colours
    rows = "\n".join(_rows(brand, text, links))
    frame = f"max-width:36em;margin:0 auto;padding:1em;background:{colours.page}"
    return (
        f'<!doctype html>\n<html lang="{brand.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        f'<body style="margin:0;background:{colours.panel}">\n'
        f'<div style="{frame};color:{colours.text};{_FONT};overflow-wrap:anywhere">\n'
        f'<p style="margin:0 0 1em;padding:0 0 .5em;border-bottom:3px solid {colours.accent}">'
        f"<strong>{escape(brand.name)}</strong></p>\n{rows}\n</div>\n</body>\n</html>\n"
    )


def _rows(brand: Brand, text: str, links: Collection[str]) -> Iterator[str]:
    for paragraph in text.strip().split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        if len(lines) == 2 and lines[1] in links and lines[0].endswith(":"):
            yield _button(brand, lines[0].removesuffix(":"), lines[1])
        elif lines:
            said = "<br>\n".join(_line(brand, line, links) for line in lines)
            yield f'<p style="margin:0 0 1em">{said}</p>'


def _line(brand: Brand, line: str, links: Collection[str]) -> str:
    if line not in links:
        return escape(line)
    return f'<a href="{escape(line)}" style="color:{brand.colours.accent}">{escape(line)}</a>'


def _button(brand: Brand, label: str, link: str) -> str:
    colours = brand.colours
    look = (
        f"display:inline-block;padding:.6em 1.1em;background:{colours.accent};"
        f"color:{colours.on_accent};border-radius:{brand.radius}px;text-decoration:none"
    )
    return (
        f'<p style="margin:0 0 1em"><a href="{escape(link)}" style="{look}">'
        f"<strong>{escape(label)}</strong></a></p>"
    )
