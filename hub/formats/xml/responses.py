"""What a cXML Response means for the sending of what it answers: taken, refused, or later."""

from hub.domain.exchange import Node
from hub.errors import Malformed
from hub.formats.xml.cxml import RESPONSE
from hub.formats.xml.profile import Config
from hub.formats.xml.scanning import run
from hub.formats.xml.trees import Builder


def postponed(body: bytes, *, profile: Config) -> str:
    """Return why what was posted has to be posted again, empty when it was taken or refused.

    A Status of 5xx speaks of the other side's trouble and asks to come again (cXML 1.2, Response);
    every other one is read as a receipt like any paper. Nothing of its words is told.
    """
    if profile.cxml is None:
        return ""
    builder = Builder(("cXML",))
    try:
        run(builder.scan(limits=profile.limits, cxml=True), [body])
    except Malformed:
        return ""
    response = _child(builder.done, RESPONSE)
    status = _child(response, "Status")
    code = dict(status.attributes).get("code", "") if status is not None else ""
    temporary = len(code) == 3 and code.startswith("5") and code.isascii() and code.isdigit()
    return f"answered with cXML status {code}" if temporary else ""


def _child(node: Node | None, name: str) -> Node | None:
    children = node.children if node is not None else ()
    return next((each for each in children if each.name == name), None)
