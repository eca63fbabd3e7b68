"""A partner's own small reading of XML, by lxml: names without namespaces, texts as they stand.

It follows nothing that a message points at: no entity, no DTD, no net.
"""

from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
UNITS = {"EA": "each", "PR": "pair", "PK": "pack"}  # as a house that writes words calls them


class Unread(ValueError):
    """The hub sent a message that cannot be read."""


def tree(text: str) -> etree._Element:
    """Return the root of a message; raises Unread."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as fault:
        raise Unread(str(fault)) from fault


def is_tree(text: str) -> bool:
    """Return whether the message is there to its last bracket."""
    try:
        tree(text)
    except Unread:
        return False
    return True


def name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(element).localname


def every(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """Yield the elements at a path of names, `Lines/Line`."""
    first, _, rest = path.partition("/")
    for child in element:
        if isinstance(child.tag, str) and name(child) == first:
            yield from every(child, rest) if rest else iter([child])


def said(element: etree._Element, path: str) -> str:
    """Return the text of the first element at a path, nothing when there is none."""
    for found in every(element, path):
        return (found.text or "").strip()
    return ""


def attribute(element: etree._Element, path: str, key: str) -> str:
    """Return an attribute of the first element at a path, nothing when there is none."""
    for found in every(element, path):
        return str(found.get(key, ""))
    return ""


def written(text: object) -> str:
    """Return a text as it stands between tags."""
    return escape(str(text))


def quoted(text: object) -> str:
    """Return a text as it stands in an attribute, quotes included."""
    return quoteattr(str(text))


def moment(at: datetime) -> str:
    """Return an xs:dateTime to the second, with its zone."""
    return at.replace(microsecond=0).isoformat()
