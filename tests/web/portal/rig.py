"""A brand's pages before a whole house: a browser without JavaScript, mails, orders in states."""

import asyncio
import email
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.types import ASGIApp

from hub import api
from hub.domain import delivery
from hub.domain.messages import CarrierEvent, CarrierMoment
from hub.domain.names import Names
from hub.domain.orders import ChangeKind
from hub.flow.changing import Answered, ChangePosting, change
from hub.flow.mailing import MailTurn
from hub.flow.orders import remember
from hub.flow.visiting import make_link
from hub.main import doors, read_settings
from hub.store import Transaction
from tests.fakes import Ordered, Supplier
from tests.rigs.houses import House, post, shopping

JUNIPER_HOST, HARBOR_HOST = "juniper.localhost", "harbor.localhost"
TRACKING = "1Z999AA10123456784"


@dataclass(slots=True)
class Browser:
    """One customer at one host; keeps cookies as a browser does and runs nothing."""

    app: ASGIApp
    host: str = JUNIPER_HOST
    address: str = "192.0.2.10"
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)

    def ask(self, method: str, path: str, **words: Any) -> httpx.Response:
        """Send one request over TLS and return the answer, not following it."""
        return asyncio.run(self._ask(method, path, words))

    async def _ask(self, method: str, path: str, words: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(
            app=self.app, raise_app_exceptions=False, client=(self.address, 4711)
        )
        async with httpx.AsyncClient(
            transport=transport, base_url=f"https://{self.host}", cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, **words)
            self.cookies = client.cookies
            return answer

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Look at a page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, headers=named)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Post a form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, data=fields, headers=named)

    def find(self, number: str, known: str) -> httpx.Response:
        """Ask for an order by number and e-mail or postcode, and go where the answer leads."""
        answer = self.post("/", {"number": number, "known": known})
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer

    def enter(self, code: str) -> httpx.Response:
        """Enter a code at the page for it."""
        seal = seal_of(self.get("/code").text)
        return self.post("/code", {"code": code, "seal": seal})


def seal_of(page: str) -> str:
    """The seal that the first form of a page carries."""
    found = re.search(r'name="seal" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


@dataclass
class Mailbox:
    """A real mail server's memory; `refusing` is what it answers to a recipient instead.

    No slots: the server looks at every member, and before Python 3.11.3 that fails for slots.
    """

    port: int = 0
    raw: list[bytes] = field(default_factory=list, repr=False)
    recipients: list[list[str]] = field(default_factory=list)
    refusing: str = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or refuse it as told."""
        if self.refusing:
            return self.refusing
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a message."""
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        """The mails that came, oldest first."""
        return [
            email.message_from_bytes(one, _class=EmailMessage, policy=default)  # type: ignore[arg-type]
            for one in self.raw
        ]

    def texts(self) -> list[str]:
        """Their texts."""
        return [_said(message, "plain") for message in self.messages]

    def pages(self) -> list[str]:
        """The same as HTML."""
        return [_said(message, "html") for message in self.messages]

    def code(self) -> str:
        """The code in the newest mail that has one."""
        codes = [text for text in self.texts() if "Your code is" in text or "Ihr Code" in text]
        found = re.search(r"\b([0-9]{8})\b", codes[-1])
        assert found
        return found[1]


def _said(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    text = body.get_content()
    assert isinstance(text, str)
    return text


@dataclass(slots=True, repr=False)
class Street:
    """A house with pages in front and a mailbox beside."""

    house: House
    app: ASGIApp
    mailbox: Mailbox

    def browser(self, host: str = JUNIPER_HOST, *, address: str = "192.0.2.10") -> Browser:
        """A fresh browser."""
        return Browser(app=self.app, host=host, address=address)

    def mail(self, brand: str = "juniper") -> int:
        """Let the brand's mail lane take a turn."""
        turn = MailTurn(self.house.parts, self.house.parts.brands[brand], owner="test")
        done = turn.take(poll=False)
        turn.release()
        return done

    def link(self, number: str = "1001", *, brand: str = "juniper") -> str:
        """The path of a new link to an order."""
        made = make_link(self.house.parts, brand=brand, number=number, who="test")
        return "/" + made.url.partition("://")[2].partition("/")[2]

    def prove(self, number: str, email_address: str, *, browser: Browser | None = None) -> Browser:
        """Find an order and enter the code that was mailed."""
        browser = browser or self.browser()
        browser.find(number, email_address)
        while self.mail():
            pass
        assert browser.enter(self.mailbox.code()).status_code == 303
        return browser


def street(house: House, folder: Path, mailbox: Mailbox) -> Street:
    """Put pages before a house."""
    settings = read_settings({"HUB_DATA_DIR": str(folder / "data")})
    app = doors(settings, house.parts, api.build(house.parts))
    return Street(house=house, app=app, mailbox=mailbox)


# --- orders in states ----------------------------------------------------------------------------


def acme(house: House) -> Supplier:
    """The supplier that all these orders go to."""
    return house.suppliers["acme"]


def sent(house: House, number: str) -> Ordered:
    """The purchase order of an order, as Acme received it."""
    house.turn()
    wanted = house.order(number).fulfillments[0].number
    return next(one for one in acme(house).purchase_orders() if one.number == wanted)


def confirmed(house: House, number: str = "1001") -> None:
    """Placed, and no word yet."""
    post(house, shopping(number, 2, 1))


def being_prepared(house: House, number: str = "1001") -> None:
    """The supplier said yes."""
    confirmed(house, number)
    acme(house).send("855", acme(house).answer(sent(house, number)))
    house.turn()


def part_shipped(house: House, number: str = "1001") -> None:
    """The first line left."""
    being_prepared(house, number)
    order = sent(house, number)
    acme(house).send("856", acme(house).notice(order, tracking=TRACKING, quantities={"1": 2}))
    house.turn()


def shipped(house: House, number: str = "1001") -> None:
    """Everything left in one parcel."""
    being_prepared(house, number)
    acme(house).send("856", acme(house).notice(sent(house, number), tracking=TRACKING))
    house.turn()


def out_for_delivery(house: House, number: str = "1001") -> None:
    """The carrier is in the street."""
    shipped(house, number)
    event(house, "OF", house.clock.time.isoformat(), number)


def two_parcels(house: House, number: str = "1001") -> None:
    """The first line left in two parcels, the second is still here."""
    being_prepared(house, number)
    order = sent(house, number)
    for ordinal, tracking in enumerate((TRACKING, "9400111899223197428490"), start=1):
        paper = acme(house).notice(
            order, name=f"S{ordinal}{number}", tracking=tracking, quantities={"1": 1}
        )
        acme(house).send("856", paper)
        house.turn()


def long_and_many(house: House, number: str = "1001") -> None:
    """Thirty lines, and titles without a place to break them."""
    new = shopping(number, *([1] * 30))
    lines = tuple(
        replace(
            line,
            sku="SKU-1",
            description="Hand-thrown-stoneware-" * 3 + "x" * 14 if n % 2 else "Übergroße Tasse",
        )
        for n, line in enumerate(new.groups[0].lines)
    )
    post(house, replace(new, groups=(replace(new.groups[0], lines=lines),)))


def delayed(house: House, number: str = "1001") -> None:
    """The supplier waits for stock until a later day."""
    confirmed(house, number)
    order = sent(house, number)
    paper = acme(house).answer(order, word="IB")
    late = [f"{row}*068*20261211" if row.startswith("ACK*IB") else row for row in paper]
    acme(house).send("855", late)
    house.turn()


def event(house: House, code: str, at: str, number: str = "1001") -> None:
    """The carrier told of the parcel: X1 arrived somewhere, OF out for delivery, D1 delivered."""
    order = house.order(number)
    names = {"AF": "picked_up", "X1": "in_transit", "OF": "out_for_delivery", "D1": "delivered"}
    names |= {"A3": "returned"}
    moment = CarrierMoment(names[code])
    told = CarrierEvent(tracking=TRACKING, moment=moment, at=datetime.fromisoformat(at))
    after = delivery.told(order, [told], of={part.id for part in order.fulfillments})

    def work(tx: Transaction) -> None:
        names = Names(f"{code}{number}")
        input_id = names.new("inp")
        tx.facts.record_input(
            input_id=input_id,
            kind="command",
            at=house.parts.now(),
            who="test",
            subject=order.id,
            body={},
            sealed=None,
            hashes={},
        )
        remember(
            tx,
            house.parts,
            order,
            after,
            at=house.parts.now(),
            input_id=input_id,
            document_id=None,
            names=names,
        )

    house.parts.store.write(work)


def on_its_way(house: House, number: str = "1001") -> None:
    """The carrier has it."""
    shipped(house, number)
    event(house, "X1", "2026-11-20T18:00:00+00:00", number)


def delivered(house: House, number: str = "1001") -> None:
    """The carrier left it at the door."""
    shipped(house, number)
    event(house, "D1", "2026-11-22T18:00:00+00:00", number)


def rejected(house: House, number: str = "1001") -> None:
    """Nobody has it: the supplier says no to everything."""
    confirmed(house, number)
    order = sent(house, number)
    acme(house).send("855", acme(house).answer(order, word="IR"))
    house.turn()


def cancelled(house: House, number: str = "1001") -> None:
    """The customer changed their mind before anybody was asked."""
    confirmed(house, number)
    posting = ChangePosting(
        number=number,
        brand="juniper",
        who="test",
        kind=ChangeKind.CANCELLATION,
        requests=None,
        reason="",
        place="/lines",
        body=b"{}",
        key="",
        render=lambda order, decided: (200, b""),
    )
    assert change(house.parts, posting).outcome is Answered.DECIDED
