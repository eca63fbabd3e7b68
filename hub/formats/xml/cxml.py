"""The envelope of cXML 1.2: credentials, payload ids, and the Response that answers a post.

Who sends is told by the channel; the credentials in the Header must be those that the page names,
and the SharedSecret is compared in constant time. The DTD is named in ours and never fetched.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.domain.exchange import (
    Document,
    Group,
    Interchange,
    Node,
    Problem,
    Receipt,
    SplitGroup,
    SplitInterchange,
    Where,
)
from hub.errors import Malformed
from hub.formats.xml.profile import Config, Cxml, Identity, Side
from hub.formats.xml.scanning import run
from hub.formats.xml.syntax import Syntax
from hub.formats.xml.trees import Builder
from hub.formats.xml.wording import CUT, flaw, warned
from hub.formats.xml.writing import written

LONGEST_ID = 255  # signs of a payloadID: it names rows, and an index takes only so much
RESPONSE = "Response"
RESPONSE_SET = "cXML-Response"
"""The set of a Response; any house may have a root that is called Response."""
REFUSED = "cxml-envelope-refused"
CREDENTIALS = "cxml-credentials"
_FRAMES = ("Request", "Response", "Message")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# cXML keeps what answers orders in a DTD of its own.
_DTDS = {
    "ConfirmationRequest": "Fulfill",
    "ShipNoticeRequest": "Fulfill",
    "ReceiptRequest": "Fulfill",
    "InvoiceDetailRequest": "InvoiceDetail",
}


def split(body: bytes, *, profile: Config) -> SplitInterchange:
    """Return a cXML file as one interchange, named by its payload id, with one document.

    The document is what stands in the Request or Message, or the Response itself. Raises Malformed
    when there is no such thing in it.
    """
    settled = _settled(profile)
    root = _tree(body, profile)
    frame, paper, at = _frame(root)
    problems = tuple(_problems(root, frame, settled, profile))
    attributes = dict(root.attributes)
    document = Document(
        set_id=RESPONSE_SET if frame.name == RESPONSE else profile.set_of(paper.name),
        version=attributes.get("version", ""),
        number=attributes.get("payloadID", "")[:CUT],
        offset=0,
        length=len(body),
        syntax=Syntax(at=at, cxml=True).dumps(),
        problems=tuple(_refused(problems)),
    )
    sent_by, sent_to = (_first(root, side) for side in ("From", "To"))
    envelope = Interchange(
        standard="cxml",
        sender=sent_by,
        receiver=sent_to,
        # A Response is told apart by what it answers, whatever its own id.
        number="" if frame.name == RESPONSE else attributes.get("payloadID", ""),
        usage=dict(frame.attributes).get("deploymentMode", "production"),
        version=attributes.get("version", ""),
        offset=0,
        length=len(body),
        problems=problems,
    )
    return SplitInterchange(
        interchange=envelope, groups=(SplitGroup(group=Group(), documents=(document,)),)
    )


def _settled(profile: Config) -> Cxml:
    if profile.cxml is None:
        raise ValueError("the page says nothing of cXML")
    return profile.cxml


def _tree(body: bytes, profile: Config) -> Node:
    builder = Builder(("cXML",))
    run(builder.scan(limits=profile.limits, cxml=True), [body])
    if builder.done is None:
        text = "the file has another root than cXML; set `envelope: none` for this channel"
        raise Malformed([flaw("cxml-none", text)])
    return builder.done


def _frame(root: Node) -> tuple[Node, Node, tuple[str, ...]]:
    """Return what holds the paper, the paper, and the way to it."""
    frame = next((child for child in root.children if child.name in _FRAMES), None)
    if frame is None:
        text = "the cXML has neither Request nor Response nor Message in it"
        raise Malformed([flaw("cxml-none", text)])
    if frame.name == RESPONSE:
        return frame, frame, ("cXML", RESPONSE)
    papers = [child for child in frame.children if child.name != "Status"]
    if not papers:
        raise Malformed([flaw("cxml-none", f"the {frame.name} of the cXML is empty")])
    return frame, papers[0], ("cXML", frame.name, papers[0].name)


def _refused(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    if any(problem.severity == "error" for problem in problems):
        yield flaw(REFUSED, "the paper stands in an envelope that was refused as a whole")


def _problems(root: Node, frame: Node, settled: Cxml, profile: Config) -> Iterator[Problem]:
    if not dict(root.attributes).get("payloadID"):
        where = Where(path="/cXML/@payloadID")
        yield flaw("cxml-payload-id", "the payloadID is missing; give each paper one", where=where)
    elif len(dict(root.attributes)["payloadID"]) > LONGEST_ID:
        where = Where(path="/cXML/@payloadID")
        text = f"the payloadID has more than {LONGEST_ID} signs; give each paper a shorter one"
        yield flaw("cxml-payload-id", text, where=where)
    if frame.name == RESPONSE:
        return  # it answers over the connection that we opened, and has no Header
    for name, agreed in (
        ("From", settled.theirs),
        ("To", settled.ours),
        ("Sender", settled.theirs.hands_over),
    ):
        if not any(_is(credential, agreed) for credential in _credentials(root, name)):
            where = Where(path=f"/cXML/Header/{name}/Credential")
            text = f"the credential of {name} is not the agreed {agreed.domain} {agreed.identity}"
            yield flaw(CREDENTIALS, text, where=where)
    yield from _secret_problems(root, settled.theirs, profile)
    mode = dict(frame.attributes).get("deploymentMode", "production")
    if mode != settled.deployment:
        where = Where(path=f"/cXML/{frame.name}/@deploymentMode", value=mode[:CUT])
        text = f"the paper is for {mode[:20]}, this channel is for {settled.deployment}"
        yield flaw("cxml-deployment", text, where=where)


def _secret_problems(root: Node, theirs: Side, profile: Config) -> Iterator[Problem]:
    if theirs.secret is None:
        return  # the page trusts the wire alone
    where = Where(path="/cXML/Header/Sender/Credential/SharedSecret")
    if profile.secrets is None:
        yield warned("cxml-unchecked", "the shared secret was not checked here", where=where)
        return
    given = [
        child.text.strip()
        for credential in _credentials(root, "Sender")
        for child in credential.children
        if child.name == "SharedSecret"
    ]
    agreed = profile.secrets[1].encode()
    # Every one is compared whole, so that the time tells nothing of which sign was wrong.
    fits = [hmac.compare_digest(one.encode(), agreed) for one in given]
    if not any(fits) or not agreed:
        yield flaw(CREDENTIALS, "the shared secret is not the agreed one", where=where)


def _credentials(root: Node, side: str) -> Iterator[Node]:
    for header in root.children:
        if header.name == "Header":
            for found in header.children:
                if found.name == side:
                    yield from (each for each in found.children if each.name == "Credential")


def _is(credential: Node, agreed: Identity) -> bool:
    domain = dict(credential.attributes).get("domain", "")
    return domain.lower() == agreed.domain.lower() and _identity(credential) == agreed.identity


def _identity(credential: Node) -> str:
    return next((one.text.strip() for one in credential.children if one.name == "Identity"), "")


def _first(root: Node, side: str) -> str:
    credential = next(_credentials(root, side), None)
    if credential is None:
        return ""
    return f"{dict(credential.attributes).get('domain', '')}:{_identity(credential)}"


# --- answers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a door answers to a cXML post: a status of cXML's, a sentence, and what it was."""

    status: int
    text: str
    payload_id: str = ""


def judged(body: bytes, *, profile: Config) -> Judged:
    """Say whether a post may be kept: 200, 400 for no cXML, 401 for wrong credentials.

    A page without a secret lets nobody in. All that is wrong with who sent it gives one sentence.
    """
    unknown = Judged(status=401, text="the credentials are not known here")
    if _settled(profile).theirs.secret is None:
        return unknown
    try:
        found = split(body, profile=profile)
    except Malformed as fault:
        return Judged(status=400, text=fault.problems[0].text)
    codes = {problem.code: problem.text for problem in found.interchange.problems}
    number = found.interchange.number
    if found.groups[0].documents[0].set_id == RESPONSE_SET or {CREDENTIALS, "cxml-unchecked"} & set(
        codes
    ):
        return unknown
    wrong = next((one.text for one in found.interchange.problems if one.severity == "error"), "")
    if wrong:
        return Judged(status=400, text=wrong, payload_id=number)
    return Judged(status=200, text="accepted for processing", payload_id=number)


_WORDS = {
    200: "OK",
    201: "Accepted",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    406: "Not Acceptable",
    409: "Conflict",
    413: "Payload Too Large",
    450: "Not Implemented",
    500: "Internal Server Error",
    550: "Unable to reach cXML server",
    560: "Temporary server error",
}


def answer(*, status: int, text: str, payload_id: str, at: datetime) -> bytes:
    """Return a cXML Response with this Status; `payload_id` is the answer's own."""
    words = Node(
        name="Status",
        text=text,
        attributes=(("code", str(status)), ("text", _WORDS.get(status, "Error"))),
    )
    return _enveloped(
        (Node(name=RESPONSE, children=(words,)),),
        payload_id=payload_id,
        at=at,
        language="en-US",
        dtd="1.2.063/cXML",
        encoding="utf-8",
        indent=True,
    )


def receipt(paper: Node) -> Receipt:
    """Read a Response: what was posted was taken (2xx), or was not.

    It names no paper: it speaks of what was posted over the same connection.
    """
    status = next((child for child in paper.children if child.name == "Status"), None)
    attributes = dict(status.attributes) if status is not None else {}
    code = attributes.get("code", "")
    accepted = len(code) == 3 and code.startswith("2")
    words = " ".join(f"{attributes.get('text', '')} {status.text if status else ''}".split())
    text = f"the partner's system answered {code[:9] or 'without a code'}: {words[:300]!r}"
    where = Where(path="/Response/Status", value=code[:CUT])
    problems = () if accepted else (flaw("cxml-status", text, where=where),)
    return Receipt(
        function="",
        group_number="",
        accepted=accepted,
        partly=False,
        lines=(),
        problems=problems,
    )


# --- ours --------------------------------------------------------------------------------------


def enveloped(
    paper: Node, *, set_id: str, profile: Config, number: int, at: datetime
) -> tuple[bytes, str]:
    """Return a paper of ours in its envelope, and its payload id: always the same for a number.

    Raises ValueError when the profile was not armed: an envelope without its secret is useless.
    """
    settled = _settled(profile)
    if profile.secrets is None:
        raise ValueError("the profile was not armed: its secrets are not known")
    payload_id = f"{number}.{at:%Y%m%d%H%M%S}@{settled.host}"
    header = Node(
        name="Header",
        children=(
            Node(name="From", children=(_credential(settled.ours),)),
            Node(name="To", children=(_credential(settled.theirs),)),
            Node(
                name="Sender",
                children=(
                    _credential(settled.ours.hands_over, secret=profile.secrets[0]),
                    Node(name="UserAgent", text=settled.agent),
                ),
            ),
        ),
    )
    request = Node(
        name="Request",
        attributes=(("deploymentMode", settled.deployment),),
        children=(paper,),
    )
    body = _enveloped(
        (header, request),
        payload_id=payload_id,
        at=at,
        language=settled.language,
        dtd=f"{settled.version}/{_DTDS.get(set_id, 'cXML')}",
        encoding=profile.encoding,
        indent=profile.indent,
    )
    return body, payload_id


def _credential(side: Identity, *, secret: str = "") -> Node:
    children = [Node(name="Identity", text=side.identity)]
    if secret:
        children.append(Node(name="SharedSecret", text=secret))
    return Node(name="Credential", attributes=(("domain", side.domain),), children=tuple(children))


def _enveloped(
    children: tuple[Node, ...],
    *,
    payload_id: str,
    at: datetime,
    language: str,
    dtd: str,
    encoding: str,
    indent: bool,
) -> bytes:
    root = Node(
        name="cXML",
        attributes=(
            ("payloadID", payload_id),
            ("timestamp", at.isoformat(timespec="seconds")),
            (_LANG, language),
        ),
        children=children,
    )
    doctype = f'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/{dtd}.dtd">'
    return written(root, prefixes={}, encoding=encoding, indent=indent, before=doctype)
