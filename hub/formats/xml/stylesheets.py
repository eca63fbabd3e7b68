"""XSLT 1.0 of a partner's house: what a stylesheet must not have in it. Nothing is run here."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from hub.formats.xml.schemas import parser

XSL = "http://www.w3.org/1999/XSL/Transform"
_REFUSED = frozenset({"include", "import", "import-schema", "result-document", "script"})
_DOCUMENT = re.compile(r"(?<![\w.:-])(?:document|unparsed-text|doc|collection)\s*\(")
# `exsl:node-set(`, not the axis of `child::node()`.
_EXTENSION = re.compile(r"(?<![\w.:-])[A-Za-z_][\w.-]*:[A-Za-z_][\w.-]*\s*\(")
_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")


def checked(file: str, texts: Mapping[str, str]) -> str:
    """Return the text of a stylesheet; raises ValueError with all that it must not have.

    It may name no other document, in no way that XSLT knows, and use no extensions.
    """
    if file not in texts:
        there = ", ".join(sorted(name for name in texts if name.endswith(".xsl"))[:20]) or "none"
        raise ValueError(f"no stylesheet {file!r} below the maps' folder; there are: {there}")
    text = re.sub(r"\A\ufeff?<\?xml[^>]*\?>", "", texts[file])
    try:
        root = etree.fromstring(text.encode(), parser())
    except etree.XMLSyntaxError as fault:
        raise ValueError(f"{file} is no XML: {fault}") from None
    if root.tag not in (f"{{{XSL}}}stylesheet", f"{{{XSL}}}transform"):
        raise ValueError(f"{file} is no stylesheet: its root is {root.tag}")
    doctype = ["a document type is not allowed"] if "<!DOCTYPE" in text else []
    mistakes = list(dict.fromkeys([*doctype, *_mistakes(root)]))
    if mistakes:
        raise ValueError(f"{file}: {'; '.join(mistakes)}")
    return text


def _mistakes(root: "etree._Element") -> Iterator[str]:
    for element in root.iter():
        name = etree.QName(element)
        if name.namespace == XSL and name.localname in _REFUSED:
            yield f"line {element.sourceline}: xsl:{name.localname} is not allowed"
        for key, value in element.attrib.items():
            own = etree.QName(str(key))
            said = _TEXT.sub("''", str(value))
            if own.localname == "extension-element-prefixes":
                yield f"line {element.sourceline}: extension elements are not allowed"
            if _DOCUMENT.search(said):
                yield f"line {element.sourceline}: document() and its like are not allowed"
            if _EXTENSION.search(said):
                yield f"line {element.sourceline}: extension functions are not allowed"
