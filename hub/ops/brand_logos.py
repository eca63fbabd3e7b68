"""What a brand's logo may be: a PNG, or an SVG of shapes alone, of a size that every page can bear.

The start of the hub judges by it, and so does whoever puts a page or a logo into a brand's folder.
"""

import re
from pathlib import Path
from xml.etree import ElementTree

LARGEST_LOGO = 64 * 1024  # bytes
PNG = b"\x89PNG\r\n\x1a\n"
_SHAPES = frozenset(
    "svg g path circle ellipse rect line polyline polygon title desc defs linearGradient "
    "radialGradient stop clipPath".split()
)
_REACHING = re.compile(r"^(on|href|src|style$)|:href$", re.IGNORECASE)
_ELSEWHERE = re.compile(r"url\(\s*['\"]?\s*[^#'\"\s]|javascript:|data:", re.IGNORECASE)


def read_logo(path: Path) -> bytes:
    """Return the bytes of a logo; raises ValueError with why it cannot be one."""
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST_LOGO + 1)
    except OSError as fault:
        raise ValueError(f"cannot be read: {fault.strerror}") from None
    judge_logo(body, is_png=path.suffix == ".png")
    return body


def judge_logo(body: bytes, *, is_png: bool) -> None:
    """Raise ValueError with what is wrong with a logo: too large, no picture, more than shapes."""
    if len(body) > LARGEST_LOGO:
        raise ValueError(f"larger than {LARGEST_LOGO} bytes; make it smaller")
    if not is_png:
        _refuse_lively(body)
    elif not body.startswith(PNG):
        raise ValueError("is no PNG; save it as one")


def _refuse_lively(body: bytes) -> None:
    """An SVG may draw and nothing else: it can hold scripts, and reach for other addresses."""
    if b"<!" in body.replace(b"<!--", b"") or b"<?xml-" in body:
        raise ValueError("has a DOCTYPE or the like; save it as plain SVG")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314  # the operator's own, without a DTD
    except ElementTree.ParseError as fault:
        raise ValueError(f"is no SVG: {fault}") from None
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name not in _SHAPES:
            raise ValueError(f"holds <{name[:40]}>; only shapes may stand in a logo")
        for key, value in element.attrib.items():
            plain = key.rpartition("}")[2]
            if _REACHING.search(plain) or _ELSEWHERE.search(value):
                raise ValueError(f"<{name}> has {plain[:40]}, which may act or reach elsewhere")
