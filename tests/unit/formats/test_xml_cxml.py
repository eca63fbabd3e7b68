"""cXML: who may send, what a post is answered, and how ours looks."""

import hmac
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from pydantic import ValidationError

from hub.domain.exchange import Joined, Node, SplitInterchange
from hub.errors import Malformed
from hub.formats import xml
from tests.unit.formats.xmls import profile, split

AT = datetime(2026, 11, 26, 14, 30, 5, tzinfo=UTC)
CXML = {
    "host": "hub.example.com",
    "ours": {"domain": "DUNS", "identity": "123456789", "secret": "env:OURS"},
    "theirs": {"domain": "NetworkID", "identity": "AN01", "secret": "env:THEIRS"},
}
SECRETS = {"env:OURS": "let-us-in", "env:THEIRS": "let-them-in"}
DTDS = Path(__file__).parents[4] / "shared" / "samples" / "_schemas" / "cxml-1.2.063"


def _page(**changed: object) -> xml.Config:
    return profile(envelope="cxml", cxml={**CXML, **changed})


def _armed(**changed: object) -> xml.Config:
    return xml.armed(_page(**changed), secret=SECRETS.__getitem__)


def post(
    paper: str = '<ShipNoticeRequest><ShipNoticeHeader shipmentID="S1"/></ShipNoticeRequest>',
    *,
    secret: str = "let-them-in",
    sender: str = "AN01",
    mode: str = "",
    payload_id: str = "1.a@supplier.example.com",
    frame: str = "Request",
) -> bytes:
    """Return what a partner posts."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/Fulfill.dtd">
<cXML payloadID="{payload_id}" timestamp="2026-11-26T14:30:05+00:00">
  <Header>
    <From><Credential domain="networkid"><Identity>{sender}</Identity></Credential></From>
    <To>
      <Credential domain="internal"><Identity>77</Identity></Credential>
      <Credential domain="DUNS"><Identity>123456789</Identity></Credential>
    </To>
    <Sender>
      <Credential domain="NetworkID">
        <Identity>{sender}</Identity><SharedSecret>{secret}</SharedSecret>
      </Credential>
      <UserAgent>their system</UserAgent>
    </Sender>
  </Header>
  <{frame}{f' deploymentMode="{mode}"' if mode else ""}>{paper}</{frame}>
</cXML>
""".encode()


def _codes(found: SplitInterchange) -> list[str]:
    return [problem.code for problem in found.interchange.problems]


def test_the_document_is_what_stands_in_the_request_and_the_payload_id_names_it():
    body = post()
    found = split(body, _armed())
    [only] = found.groups[0].documents
    assert (found.interchange.sender, found.interchange.receiver) == (
        "networkid:AN01", "internal:77",
    )  # fmt: skip
    assert (found.interchange.number, found.interchange.usage) == (
        "1.a@supplier.example.com", "production",
    )  # fmt: skip
    assert (only.set_id, only.problems, _codes(found)) == ("ShipNoticeRequest", (), [])
    assert xml.read(body, document=only) == Node(
        name="ShipNoticeRequest",
        children=(Node(name="ShipNoticeHeader", attributes=(("shipmentID", "S1"),)),),
    )


@pytest.mark.parametrize(
    "paper", ["ConfirmationRequest", "ShipNoticeRequest", "InvoiceDetailRequest", "OrderRequest"]
)
def test_every_request_is_a_set_of_its_own(paper):
    found = split(post(f"<{paper}/>"), _armed())
    assert found.groups[0].documents[0].set_id == paper


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (post(secret="let-them-out"), "cxml-credentials"),
        (post(secret=""), "cxml-credentials"),
        (post(secret="let-them-in2"), "cxml-credentials"),
        (post(secret="lét-them-in"), "cxml-credentials"),
        (post(sender="AN02"), "cxml-credentials"),
        (post(mode="test"), "cxml-deployment"),
        (post(payload_id=""), "cxml-payload-id"),
    ],
)
def test_a_wrong_envelope_refuses_the_paper_in_it(body, code):
    found = split(body, _armed())
    assert code in _codes(found)
    [only] = found.groups[0].documents
    assert only.rejected
    assert "let-" not in "".join(problem.text for problem in found.interchange.problems)


def test_the_shared_secret_is_compared_in_constant_time(monkeypatch):
    compared = []
    honest = hmac.compare_digest

    def watched(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return honest(one, other)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    assert "cxml-credentials" in _codes(split(post(secret="x"), _armed()))
    assert _codes(split(post(), _armed())) == []
    assert compared == [(b"x", b"let-them-in"), (b"let-them-in", b"let-them-in")]


def test_a_profile_without_its_secrets_says_that_nothing_was_checked():
    assert _codes(split(post(secret="x"), _page())) == ["cxml-unchecked"]


def test_a_network_may_hand_papers_over_for_the_partner():
    theirs = {**CXML["theirs"], "sender": {"domain": "NetworkID", "identity": "NET"}}
    through = post().replace(
        b"<Identity>AN01</Identity><SharedSecret>", b"<Identity>NET</Identity><SharedSecret>"
    )
    assert _codes(split(through, _armed(theirs=theirs))) == []
    assert _codes(split(post(), _armed(theirs=theirs))) == ["cxml-credentials"]


@pytest.mark.parametrize(
    "doctype",
    [
        b'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/F.dtd" [<!ENTITY x "">]>',
        b'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org.example.com/schemas/cXML/1.2/cXML.dtd">',
        b'<!DOCTYPE cXML SYSTEM "file:///etc/passwd">',
        b'<!DOCTYPE cXML PUBLIC "-//X" "http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd">',
        b'<!DOCTYPE other SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd">',
        b'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/../x.dtd">',
    ],
)
def test_no_document_type_but_cxmls_own_is_let_pass(doctype):
    own = b'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/Fulfill.dtd">'
    assert own in post()
    with pytest.raises(Malformed) as caught:
        split(post().replace(own, doctype), _armed())
    assert caught.value.problems[0].code == "xml-doctype"


@pytest.mark.parametrize("place", ["<a>&nbsp;</a>", '<a b="&nbsp;"/>'])
def test_an_entity_of_the_dtd_that_is_not_fetched_is_refused_and_never_empty(place):
    with pytest.raises(Malformed) as caught:
        split(post(f"<ShipNoticeRequest>{place}</ShipNoticeRequest>"), _armed())
    assert caught.value.problems[0].code == "xml-entity"


@pytest.mark.parametrize("body", [b"<Order/>", b"<cXML/>", post(""), b"<cXML><Header/></cXML>"])
def test_what_is_no_cxml_is_malformed(body):
    with pytest.raises(Malformed) as caught:
        split(body, _armed())
    assert caught.value.problems[0].code == "cxml-none"


# --- the door ----------------------------------------------------------------------------------


def test_a_post_is_judged_and_answered_with_a_status():
    good = xml.judged(post(), profile=_armed())
    assert (good.status, good.payload_id) == (200, "1.a@supplier.example.com")
    body = xml.answer(status=201, text="kept <here>", payload_id="9@hub.example.com", at=AT)
    root = etree.fromstring(body)
    assert (root.get("payloadID"), root.get("timestamp")) == (
        "9@hub.example.com", "2026-11-26T14:30:05+00:00",
    )  # fmt: skip
    status = root.find("Response/Status")
    assert status is not None
    assert (status.get("code"), status.get("text"), status.text) == (
        "201", "Accepted", "kept <here>",
    )  # fmt: skip


def test_wrong_credentials_are_all_answered_alike():
    unknown = {
        xml.judged(body, profile=page)
        for body, page in (
            (post(secret="x"), _armed()),
            (post(sender="AN02"), _armed()),
            (post(), _armed(theirs={"domain": "NetworkID", "identity": "AN01"})),
            (post(), _page()),
            (xml.answer(status=200, text="", payload_id="a@b", at=AT), _armed()),
        )
    }
    [only] = unknown
    assert (only.status, only.payload_id) == (401, "")


def test_what_cannot_be_read_is_a_bad_request():
    assert xml.judged(b"<cXML>", profile=_armed()).status == 400
    assert xml.judged(post(mode="test"), profile=_armed()).status == 400
    assert xml.judged(post(payload_id=""), profile=_armed()).status == 400


@pytest.mark.parametrize(
    ("code", "accepted"),
    [("200", True), ("201", True), ("400", False), ("500", False), ("", False)],
)
def test_the_response_to_our_own_post_is_a_receipt(code, accepted):
    body = (
        f'<cXML payloadID="r@x" timestamp="2026-11-26T14:30:05+00:00"><Response>'
        f'<Status code="{code}" text="Word">Ann Lee is unknown</Status></Response></cXML>'
    ).encode()
    found = split(body, _armed())
    [only] = found.groups[0].documents
    assert (only.set_id, only.problems, found.interchange.number) == ("cXML-Response", (), "")
    assert xml.is_receipt(only.set_id)
    told = xml.receipt(xml.read(body, document=only))
    assert (told.accepted, told.group_number, bool(told.problems)) == (accepted, "", not accepted)


# --- ours --------------------------------------------------------------------------------------


def _ours(page: xml.Config) -> Joined:
    paper = Node(name="OrderRequest", children=(Node(name="X", text="a&b"),))
    return xml.join(
        [paper],
        set_id="OrderRequest",
        profile=page,
        interchange_number=12,
        group_number=1,
        at=AT,
    )


def test_our_envelope_names_both_sides_and_its_payload_id_stays_the_same():
    joined = _ours(_armed(deployment="test"))
    assert joined == _ours(_armed(deployment="test"))
    root = etree.fromstring(joined.body)
    assert root.get("payloadID") == "12.20261126143005@hub.example.com" == joined.group_number
    assert joined.documents[0].number == joined.interchange_number == joined.group_number
    assert [
        (way, one.get("domain"), one.findtext("Identity"), one.findtext("SharedSecret"))
        for way in ("From", "To", "Sender")
        for one in [root.find(f"Header/{way}/Credential")]
        if one is not None
    ] == [
        ("From", "DUNS", "123456789", None),
        ("To", "NetworkID", "AN01", None),
        ("Sender", "DUNS", "123456789", "let-us-in"),
    ]
    request = root.find("Request")
    assert request is not None
    assert request.get("deploymentMode") == "test"


def test_what_we_write_is_read_by_the_other_side():
    swapped = _armed(ours=CXML["theirs"], theirs=CXML["ours"])
    found = split(_ours(_armed()).body, swapped)
    assert (_codes(found), found.groups[0].documents[0].set_id) == ([], "OrderRequest")


def test_secrets_are_not_written_without_being_armed_nor_on_the_page_nor_on_a_screen():
    with pytest.raises(ValueError, match="not armed"):
        _ours(_page())
    with pytest.raises(ValidationError, match="pattern"):
        _page(ours={"domain": "DUNS", "identity": "1", "secret": "let-us-in"})
    body = _ours(_armed()).body
    shown = xml.masked(body)
    assert (b"let-us-in" in body, b"let-us-in" in shown, len(shown)) == (True, False, len(body))
    assert "let-us-in" not in repr(_armed())


def test_the_answer_obeys_the_public_dtd():
    """Without the DTD beside the checkout the answer is only looked at as XML."""
    body = xml.answer(status=200, text="fine", payload_id="9@hub.example.com", at=AT)
    assert etree.fromstring(body).tag == "cXML"
    if (DTDS / "cXML.dtd").is_file():
        dtd = etree.DTD(str(DTDS / "cXML.dtd"))
        assert dtd.validate(etree.fromstring(body)), dtd.error_log
