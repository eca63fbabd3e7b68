"""Words that mean harm, said by partners that speak UBL and cXML, wherever the hub shows them.

What a partner says of an order is another text than the order's own: to see it is to see the paper.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import pytest
from lxml import etree, html

from hub.access import Role
from hub.domain.bounds import LONGEST_NAME
from tests.web import hostile_papers as papers
from tests.web.payloads import as_read, harm, number_of, own_words, said
from tests.web.peers import TEXTS, Peers, file_named, peers_of, said_of
from tests.web.phones import on_a_phone
from tests.web.portal.rig import Browser
from tests.web.visitors import leaf

FIELDS = {
    "OrderResponse": 5,  # the partner's number, three reasons, an article
    "DespatchAdvice": 6,  # notice, carrier, tracking, label, line and article of nobody's
    "Invoice": 6,  # invoice, article, its name, two charges and the code of one
    "ConfirmationRequest": 6,  # the partner's number, what it answers, three reasons, a line
    "ShipNoticeRequest": 4,  # notice, carrier, tracking, article
    "InvoiceDetailRequest": 3,  # invoice, article, its name
}
"""The papers, and in how many of its fields each holds the text that the hub reads."""
MARKED = re.compile(r"\[U\+[0-9A-F]{4}\]|\u240d")
"""How pages write signs that nobody can see, and the end of a line."""
SAID: Mapping[str, Callable[[str], str]] = {
    "paper of ours that was rejected": lambda text: repr(" ".join(f"{text} {text}".split()))[1:-1],
    "delivery that cannot be read": lambda text: file_named(text) if text[0] != "." else "",
    "invoice that differs": str,
}
"""How a text stands in what exceptions tell of; a file that begins with a dot is not whole yet."""
WIDEST = next(n for n in range(len(TEXTS)) if len(said_of(n)) == LONGEST_NAME)


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    with peers_of(tmp_path_factory.mktemp("peers")) as peers:
        yield peers


@pytest.fixture(scope="module")
def olu(peers: Peers) -> Browser:
    return peers.visitors.desk(Role.OPERATOR)


def _looked(browser: Browser, path: str) -> html.HtmlElement:
    found = leaf(browser, path)
    assert found is not None and found.answer.status_code == 200, path
    return found.tree


def _seen(tree: html.HtmlElement, where: str = "//main") -> str:
    """What can be read in a part of a page, signs that nobody can see left out."""
    return as_read(" ".join(MARKED.sub("", said(one)) for one in tree.xpath(where)))


@cache
def _begun(text: str, most: int = 40) -> str:
    """The beginning of a text as a page can be read: what is told of is cut somewhere."""
    return as_read(text.replace("\r", "")[:most])


# --- what goes out -------------------------------------------------------------------------------


def test_what_goes_out_holds_them_as_text_and_is_no_other_paper(peers: Peers) -> None:
    ubl = [etree.parse(file).getroot() for file in (peers.home / "in").iterdir()]
    cxml = [etree.fromstring(asked.body) for asked in peers.posted]
    told = []
    for sent, number in (
        (ubl, ".//{*}CustomerReference"),
        (cxml, ".//Extrinsic[@name='consumerOrder']"),
    ):
        by_number = {one.findtext(number): one for one in sent}
        assert sorted(by_number) == sorted(peers.taken)
        tags = {one.tag for one in by_number[number_of(28)].iter()}
        for number, paper in by_number.items():
            told += [f"{number}: {one.tag}" for one in paper.iter() if one.tag not in tags]
            words = as_read(" ".join(paper.itertext()))
            lacking = [one for one in own_words(peers.taken[number]) if as_read(one) not in words]
            told += [f"{number} lacks {one}" for one in lacking]
    assert told[:9] == []


# --- papers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("set_id", FIELDS)
def test_every_word_of_a_paper_is_text_in_its_business_view(
    peers: Peers, olu: Browser, set_id: str
) -> None:
    rows, told = peers.documents(set_id), []
    for n in range(len(TEXTS)):
        path = f"/documents/{rows[n].id}?tab=business"
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in harm(tree)]
        fields = _seen(tree, "//main/section").count(_begun(said_of(n), 5000))
        told += [f"{path}: {fields} fields"] if fields != FIELDS[set_id] else []
    assert told[:9] == []


def test_why_a_paper_was_not_taken_whole_is_told_in_its_words(peers: Peers, olu: Browser) -> None:
    told, named = [], 0
    rows = peers.documents("OrderResponse"), peers.documents("ShipNoticeRequest")
    for n in range(len(TEXTS)):
        path = f"/documents/{rows[n % 2][n].id}"
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in harm(tree)]
        told += [] if _begun(said_of(n)) in _seen(tree, "//main/section") else [f"{path} lacks it"]
        for link in tree.xpath("//main//a[contains(@href, '/names?')]/@href"):
            form = _looked(olu, link)
            told += [f"{link}: {one}" for one in harm(form)]
            told += [] if _begun(said_of(n)) in _seen(form, "//h1") else [f"{link} lacks it"]
            [name] = form.xpath("//input[@name='name']/@value")
            named += as_read(name) == as_read(said_of(n))
    assert told[:9] == []
    assert named == len(TEXTS) - 2  # five thousand signs and two lines are no name


def test_words_in_place_of_numbers_codes_and_days_are_told_as_text(
    peers: Peers, olu: Browser
) -> None:
    told = []
    for set_id in ("DespatchAdvice", "ShipNoticeRequest", "OrderResponse", "ConfirmationRequest"):
        path = f"/documents/{peers.documents(set_id)[-1].id}"
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in harm(tree)]
        seen = _seen(tree, "//main/section")
        for text in TEXTS:
            either = _begun(text), _begun(repr(text)[1:-1])
            told += [] if any(one in seen for one in either) else [f"{path} lacks {text[:40]}"]
    assert told[:9] == []


def test_the_bytes_of_a_paper_are_shown_as_they_came(peers: Peers, olu: Browser) -> None:
    told, sets = [], [peers.documents(set_id) for set_id in FIELDS]
    for n in range(len(TEXTS)):
        paper = f"/documents/{sets[n % len(sets)][n].id}"
        path = f"{paper}?tab={'raw' if n % 4 < 2 else 'segments'}"
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in harm(tree)]
        bytes_of = as_read(papers.quoted(said_of(n)))
        told += [] if bytes_of in _seen(tree, "//main/section") else [f"{path} lacks it"]
    for n, rows in enumerate(sets):
        for view in ("?tab=related", "?tab=attempts", "?tab=audit", "/edit"):
            path = f"/documents/{rows[n].id}{view}"
            told += [f"{path}: {one}" for one in harm(_looked(olu, path))]
    assert told[:9] == []


def test_lists_of_papers_and_what_their_numbers_find(peers: Peers, olu: Browser) -> None:
    told, seen, path = [], "", "/documents"
    while path:
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in harm(tree)]
        seen += _seen(tree)
        path = next(iter(tree.xpath("//main//a[starts-with(@href, '/documents?')]/@href")), "")
    told += [f"no number {one}" for one in TEXTS if _begun(one) not in seen]
    for text in TEXTS:
        answer = olu.ask("GET", "/documents", params={"q": text})
        tree = html.document_fromstring(answer.text)
        told += [f"{text}: {one}" for one in harm(tree)]
        found = "trackingnumber" in _seen(tree, "//main")
        told += [] if found is (len(text) < 200) else [f"{text}: {found}"]  # nobody types more
    assert told[:9] == []


# --- what waits, orders, mails -------------------------------------------------------------------


def test_what_waits_for_a_person_is_told_as_text(peers: Peers, olu: Browser) -> None:
    told, seen, path = [], dict.fromkeys(SAID, ""), "/exceptions"
    while path:
        tree = _looked(olu, path)
        told += [f"{path}: {one}" for one in harm(tree)]
        for row in tree.xpath("//main//th[@scope='row']"):
            what, link = row.findtext("a"), row.find("a").get("href")
            if not seen.setdefault(what, ""):
                told += [f"{link}: {one}" for one in harm(_looked(olu, link))]
            seen[what] += as_read(row.findtext("bdi"))
        path = next(iter(tree.xpath("//main//a[contains(@href, '&after=')]/@href")), "")
    for what, words in SAID.items():
        told += [f"{what}: lacks {one}" for one in TEXTS if _begun(words(one)) not in seen[what]]
    causes = _looked(olu, "/parked").xpath("//main//a[starts-with(@href, '/parked/')]/@href")
    lists = ["/", "/parked", "/exceptions?by=promise", "/due", "/reports"]
    for path in (*lists, *causes, "/partners", "/partners/fjord", "/partners/kiln"):
        told += [f"{path}: {one}" for one in harm(_looked(olu, path))]
    assert told[:9] == []
    assert len(causes) == 7


def test_an_order_s_pages_hold_what_partners_said_of_it(peers: Peers, olu: Browser) -> None:
    fay, kay = peers.visitors.supplier("fjord"), peers.visitors.supplier("kiln")
    told = []
    for n in range(len(TEXTS)):
        number, words = number_of(n), _begun(said_of(n))
        supplier, part = [(fay, f"JUN-{number}-1"), (kay, f"JUN-{number}-2")][n % 2]
        for who, path, times in (
            (olu, f"/orders/juniper/{number}", 6),  # what its alarms say
            (supplier, f"/orders/{part}", 2),  # carrier and tracking number
            (peers.pages.browser(), peers.pages.link(number), 2),  # either parcel's number
        ):
            tree = _looked(who, path)
            told += [f"{path}: {one}" for one in harm(tree)]
            shown = _seen(tree).count(words)
            told += [f"{path} holds {words} {shown} times"] if shown < times else []
    for who, path in ((fay, "/"), (fay, "/orders?show=all"), (kay, "/figures")):
        told += [f"{path}: {one}" for one in harm(_looked(who, path))]
    assert told[:9] == []


def test_mails_of_parcels_hold_their_numbers_as_text(peers: Peers) -> None:
    box, told = peers.pages.mailbox, []
    peers.house.clock.on(minutes=15)  # until then a shipment may be taken back
    while peers.pages.mail():
        pass
    for message, recipients in zip(box.messages, box.recipients, strict=True):
        page, plain = (message.get_body((one,)) for one in ("html", "plain"))
        assert page is not None and plain is not None
        tree = html.document_fromstring(str(page.get_content()))
        told += [f"{name}: {one}" for name, one in message.items() if "\n" in str(one)]
        told += [*harm(tree, mail=True), *(f"to {one}" for one in recipients if "eve" in one)]
        words = _begun(said_of(int(re.findall("P-([0-9]+)", str(message["subject"]))[0])))
        for text in (tree.text_content(), str(plain.get_content())):
            told += [] if words in as_read(text) else [f"{message['subject']} lacks {words}"]
    assert told[:9] == []
    assert len({str(message["to"]) for message in box.messages}) == len(TEXTS)


def test_the_door_answers_what_is_wrong_in_no_elements_of_theirs(peers: Peers) -> None:
    for n, text in enumerate(TEXTS):
        paper = papers.filled(papers.CONFIRMATION, text, "JUN-P-00-2")
        bodies = (
            papers.enveloped(paper, payload=f"d{n}", agent=text, mode=text),
            f"<cXML payloadID='d{n}'><Request>{text}</Request></cXML>",
            text,
        )
        answers = [peers.door(body) for body in bodies]
        for answer in answers:
            assert answer.status_code in (400, 401), text
            tags = [one.tag for one in etree.fromstring(answer.content).iter()]
            assert tags == ["cXML", "Response", "Status"], text
        words = etree.fromstring(answers[0].content).findtext(".//Status") or ""
        assert f"thepaperisfor{as_read(text[:20])},thischannel" in as_read(words)


# --- in a browser --------------------------------------------------------------------------------


def test_in_a_browser_nothing_runs_and_nothing_is_too_wide(peers: Peers, olu: Browser) -> None:
    paper = peers.documents("DespatchAdvice")[WIDEST].id
    cause = _looked(olu, "/parked").xpath("//main//a[starts-with(@href, '/parked/')]/@href")[0]
    looked = [
        (olu, [f"/documents/{paper}?tab=business", f"/orders/juniper/{number_of(WIDEST)}", cause]),
        (peers.visitors.supplier("fjord"), [f"/orders/JUN-{number_of(WIDEST)}-1"]),
        (peers.pages.browser(), [peers.pages.link(number_of(WIDEST))]),
    ]
    assert on_a_phone(peers.visitors.app, looked)[:9] == []
