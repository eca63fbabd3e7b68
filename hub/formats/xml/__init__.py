"""XML: split, check, read, walk, clean and join; the envelope of cXML; the module is one `Format`.

What lives here: well-formedness and its limits, namespaces, XSD, cXML's credentials and Response.
What does not: what an element means (maps), fetching of anything that a paper names (nobody does),
where schemas and secrets come from: `configured` and `armed` are given them.
Who may come in: hub.main, flow and ops; never another format.

A file is one interchange with one document; its set is the root's local name, or in cXML that of
what stands in the Request. Nothing answers XML but cXML's Response, which a door gives at once.
"""

import re
from collections.abc import Sequence
from typing import Any

from hub.domain.exchange import Document, Node, Paper, Problem, Receipt, Segments, SplitInterchange
from hub.formats.xml.cxml import RESPONSE_SET, Judged, answer, judged
from hub.formats.xml.cxml import receipt as _response
from hub.formats.xml.meanings import MEANINGS
from hub.formats.xml.ours import clean, join
from hub.formats.xml.places import located
from hub.formats.xml.profile import Config, armed, configured
from hub.formats.xml.responses import postponed
from hub.formats.xml.splitting import converted, split, whole
from hub.formats.xml.trees import read, walk
from hub.formats.xml.wording import discreet

__all__ = [
    "AT_MOST",
    "MEANINGS",
    "Config",
    "Judged",
    "acknowledge",
    "answer",
    "armed",
    "clean",
    "configured",
    "converted",
    "discreet",
    "is_receipt",
    "join",
    "judged",
    "locate",
    "located",
    "masked",
    "postponed",
    "read",
    "receipt",
    "split",
    "stylesheet",
    "walk",
    "whole",
]

AT_MOST = 1
"""How many papers one file holds: an XML file has one root."""
# Signs may have two or four bytes: what is not UTF-8 is refused, but it lies as it came.
_WIDE = rb"\0{0,3}+"
_TAG = _WIDE.join(re.escape(bytes([sign])) for sign in b"SharedSecret") + _WIDE
_SECRET = re.compile(
    rb"(<%b%b(?![\w.:-])[^>]*>)(.*?)(?=<%b/%b%b[\s\0]*>|\Z)" % (_WIDE, _TAG, _WIDE, _WIDE, _TAG),
    re.DOTALL,
)
_SIGN = re.compile(rb"[^\0]")


def locate(body: bytes, *, document: Document, problem: Problem) -> Problem:
    """Add the first byte and the line of the element to a problem that names its path.

    A problem that has a byte or a line, or no path, is returned as it is.
    """
    return located(body, document=document, problems=(problem,))[0]


def stylesheet(profile: Config, set_id: str) -> str:
    """Return the stylesheet that papers of a set go through before they are read, "" for none."""
    return profile.stylesheet_of(set_id)


def is_receipt(set_id: str) -> bool:
    """Say whether a document is cXML's Response, which answers what we posted."""
    return set_id == RESPONSE_SET


def receipt(paper: Paper) -> Receipt:
    """Read the Response: what we posted was taken, or was not."""
    if not isinstance(paper, Node):
        raise TypeError("segments are no cXML Response")
    return _response(paper)


def acknowledge(interchange: SplitInterchange, *, profile: Any) -> Sequence[Segments]:
    """Return nothing: XML has no receipts that are sent on their own."""
    del interchange, profile
    return ()


def masked(body: bytes) -> bytes:
    """Return bytes fit for a screen: every sign of a cXML SharedSecret is a star.

    Also of one in UTF-16 or UTF-32, with a byte order mark or without.
    """
    return _SECRET.sub(lambda found: found[1] + _SIGN.sub(b"*", found[2]), body)
