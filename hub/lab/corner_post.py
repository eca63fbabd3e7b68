"""How Corner works: somebody reads the hub's mails and pages, and fills in its forms.

An order comes by a mail, whose link opens it without signing in, or is found at the portal; there
it signs in, by its invitation at first and with the password that it chose then.
"""

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lxml.html import HtmlElement

from hub.lab.doors import NOBODY, Door
from hub.lab.forms import Page, Visitor

HOST = "portal.localhost"
PAUSE = 1.0  # seconds between two looks over the net: a person looks no more often
_LINK = re.compile(r"https?://[^/\s]+(/a/[a-z2-7]+)")
_LESS = re.compile(
    r"(?P<name>.*): (?P<less>[0-9,]+) of (?P<open>[0-9,]+) "
    r"(?:not wanted any more|could come from others)"
)
_SHIPPED = re.compile(r"(?P<units>[0-9,]+) shipped")
_CHANGE = re.compile(r"/orders/(?P<number>[^/]+)/change")

_log = logging.getLogger("hub.lab")


class CornerPost:
    """One person at the portal; without a door nothing comes and all waits."""

    def __init__(
        self, home: Path, *, email: str, mails: Path, seconds: Callable[[], float]
    ) -> None:
        self._password = home / "password"
        self._email = email
        self._mails = mails
        self._seconds = seconds
        self._visitor: Visitor | None = None
        self._invitation = ""
        self._pause = 0.0
        self._looked_at: float | None = None
        self._read: set[str] = set()
        self._orders: set[str] = set()
        self._heard: set[str] = set()
        self._links: dict[str, str] = {}
        self._forms: dict[str, tuple[str, dict[str, str]]] = {}
        self._waiting: dict[str, str] = {}
        self._is_others: Callable[[str], bool] = lambda number: False
        self._left: set[str] = set()
        self.refusals: list[str] = []

    def connect(self, door: Door, invitation: str, *, host: str = HOST, pause: float = 0.0) -> None:
        """From now on look there; `invitation` is the path of the link to the account."""
        self._visitor, self._invitation = Visitor(door, host=host), invitation
        self._pause = pause

    def leave(self, is_others: Callable[[str], bool]) -> None:
        """Begin no order of which this says, by its number, that it is for other people.

        It is asked about each order that was not read yet; what was begun is carried to its end.
        """
        self._is_others = is_others

    def disconnect(self) -> None:
        """Look no more: nobody is in."""
        self._visitor = None

    # --- what comes -----------------------------------------------------------------------------

    def arrived(self) -> Iterator[tuple[str, str]]:
        """Yield each order that was not read before, then each change that waits for a word."""
        visitor = self._visitor
        if visitor is None or not self._time_to_look():
            return
        for name, text in list(self._waiting.items()):
            self.send(name, text)
        yield from self._by_mail(visitor)
        today = self._today(visitor)
        if today is None:
            return
        if today.tree.xpath("//a[contains(@href,'show=confirm')]/strong[text()!='0']"):
            yield from self._to_confirm(visitor)
        yield from self._changes(visitor, today)

    def _time_to_look(self) -> bool:
        now = self._seconds()
        if self._looked_at is not None and now - self._looked_at < self._pause:
            return False
        self._looked_at = now
        return True

    def _by_mail(self, visitor: Visitor) -> Iterator[tuple[str, str]]:
        for path in sorted(self._mails.glob("[!.]*.eml")) if self._mails.is_dir() else ():
            if path.name in self._read:
                continue
            self._read.add(path.name)
            mail = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=SMTP)
            body = mail.get_body(("plain",)) if mail["To"] == self._email else None
            link = _LINK.search(body.get_content()) if body is not None else None
            if link is not None:
                yield from self._by_link(visitor, link[1])

    def _by_link(self, visitor: Visitor, path: str) -> Iterator[tuple[str, str]]:
        page = visitor.get(path)
        number = _text(page.tree, "//h1/bdi")
        if page.there and page.form(having={"do": "ship"}) is not None and self._begins(number):
            self._links[number] = path
            rows = page.tree.xpath("//section[@aria-labelledby='lines']//li")
            yield from self._order(number, rows, page, "quantity-1-")

    def _to_confirm(self, visitor: Visitor) -> Iterator[tuple[str, str]]:
        shelf = visitor.get("/orders?show=confirm")
        for number in shelf.tree.xpath("//table//th/a/bdi/text()"):
            if self._begins(number):
                order, form = (visitor.get(_path(number, below)) for below in ("", "/answer"))
                rows = order.tree.xpath("//table[contains(@class,'rows')]/tbody/tr")
                yield from self._order(number, rows, form, "accept-")

    def _begins(self, number: str) -> bool:
        """Whether it is there for an order, and did not read it before."""
        if number in self._orders:
            return False
        if not self._is_others(number):
            return True
        self._leaves(f"the order {number}")
        return False

    def _leaves(self, what: str) -> None:
        if what not in self._left:
            self._left.add(what)
            _log.info("%s leaves %s to the people of its firm", self._email, what)

    def _order(
        self, number: str, rows: list[HtmlElement], form: Page, field: str
    ) -> Iterator[tuple[str, str]]:
        """An order whose every line is open, as both pages show it."""
        inputs = form.tree.xpath(f"//input[starts-with(@name,'{field}')]")
        if not rows or len(inputs) != len(rows):
            return
        lines = []
        for row, box in zip(rows, inputs, strict=True):
            line = box.get("name", "").removeprefix(field)
            words = _text(row, ".//span[contains(@class,'code')]").split()
            lines.append({"line": line, "quantity": int(box.get("value", "0")), "ids": words})
        self._orders.add(number)
        yield number, json.dumps({"order": number, "lines": lines}, sort_keys=True)

    def _changes(self, visitor: Visitor, today: Page) -> Iterator[tuple[str, str]]:
        """Each change that waits, once; whose lines are named nowhere is left to people."""
        for form in today.tree.forms:
            found = _CHANGE.fullmatch(form.get("action", ""))
            name = f"{found['number']}/{form.fields['change']}" if found else ""
            if found is None or name in self._heard:
                continue
            card = form.getparent()
            whole = "cancel" in _text(card, "./h3")
            told = [_LESS.fullmatch(one) for one in card.xpath("./ul/li/bdi/text()")]
            less = [] if whole else [one for one in told if one]
            stands = _standing(visitor, found["number"], less) if less else {}
            if stands is None:
                self._leaves(f"the change {name}")
                continue
            self._heard.add(name)
            number, change = found["number"], form.fields["change"]
            words = {"order": number, "change": change, "whole": whole, "stands": stands}
            yield name, json.dumps(words, sort_keys=True)

    # --- signing in -----------------------------------------------------------------------------

    def _today(self, visitor: Visitor) -> Page | None:
        page = visitor.get("/")
        if page.gone_on and self._signed_in(visitor):
            page = visitor.get("/")
        return page if page.there else None

    def _signed_in(self, visitor: Visitor) -> bool:
        if self._password.exists():
            return self._by_password(visitor)
        form = visitor.get(self._invitation).form() if self._invitation else None
        if form is None:
            return False
        word = secrets.token_urlsafe(12)
        taken = visitor.post(self._invitation, {**form, "password": word}).gone_on
        if taken:
            self._password.touch(mode=0o600)
            self._password.write_text(word)
        return taken

    def _by_password(self, visitor: Visitor) -> bool:
        words = {"email": self._email, "password": self._password.read_text(), "next": "/"}
        return visitor.post("/sign-in", words).gone_on

    # --- what is said ---------------------------------------------------------------------------

    def send(self, name: str, text: str) -> None:
        """Fill in a form; what finds nobody there waits, what is refused is noted.

        What is sent again under its name with `again_` before it is a second click.
        """
        self._waiting[name] = text
        visitor = self._visitor
        if visitor is None:
            return
        again = self._forms.get(name.removeprefix("again_"))
        page = visitor.post(*again) if again else self._say(visitor, name, json.loads(text))
        if page is None or page.status == NOBODY:
            return
        del self._waiting[name]
        if not page.gone_on:
            self.refusals.append(f"{name}: {page.status}")

    def _say(self, visitor: Visitor, name: str, said: Mapping[str, Any]) -> Page | None:
        """By the mail's link while it works, else at the portal."""
        return self._by_the_link(visitor, name, said) or self._at_the_portal(visitor, name, said)

    def _by_the_link(self, visitor: Visitor, name: str, said: Mapping[str, Any]) -> Page | None:
        number, do = said["order"], said["do"]
        path = self._links.get(number)
        if path is None or do not in ("confirm", "ship") or len(said.get("parcels", ())) > 1:
            return None
        form = visitor.get(path).form(having={"do": do})
        if form is None:
            return None
        page = visitor.post(path, self._filled(name, path, form, said))
        if page.gone_on:
            self._links[number] = page.leads_to.partition("?")[0]
        return page

    def _at_the_portal(self, visitor: Visitor, name: str, said: Mapping[str, Any]) -> Page | None:
        if self._today(visitor) is None:
            return None
        number, do = said["order"], said["do"]
        path = _path(number, f"/{do}")
        shown = visitor.get(_path(number, "" if do in ("confirm", "change") else f"/{do}"))
        wanted = {"change": said["change"]} if do == "change" else {}
        form = shown.form(action=path, having=wanted)
        if form is None:
            return shown if not shown.there else Page(status=404, leads_to="", tree=shown.tree)
        page = visitor.post(path, self._filled(name, path, form, said))
        sure = page.form(action=path, having={"answer": "stopped"}) if do == "change" else None
        if sure is None:
            return page
        self._forms[name] = path, sure | {"sure": "1"}  # a yes is asked once more, and meant
        return visitor.post(*self._forms[name])

    def _filled(
        self, name: str, path: str, form: dict[str, str], said: Mapping[str, Any]
    ) -> dict[str, str]:
        """The form with what is said in its fields; kept, for those who click twice."""
        if said["do"] == "change":
            form["answer"] = said["answer"]
        for line, counts in said.get("lines", {}).items():
            form |= {f"{what}-{line}": count for what, count in counts.items()}
        parcels = said.get("parcels", ())
        if parcels:
            form = {key: "" if key.startswith("quantity-") else one for key, one in form.items()}
            form |= {"carrier": said["carrier"], "parcels": str(len(parcels))}
        for ordinal, parcel in enumerate(parcels, start=1):
            form[f"tracking-{ordinal}"] = parcel["tracking"]
            form |= {f"quantity-{ordinal}-{line}": n for line, n in parcel["lines"].items()}
        self._forms[name] = path, form
        return form

    def untaken(self) -> int:
        """Return how many forms wait to be sent."""
        return len(self._waiting)


def _standing(
    visitor: Visitor, number: str, less: Sequence[re.Match[str]]
) -> dict[str, int] | None:
    """Return what is to stand of lines of which less is wanted, by their numbers.

    It is read off the pages as they are: who remembers nothing of an order answers too. None when
    they do not name each of the lines, or two by one name.
    """
    order, form = (visitor.get(_path(number, below)) for below in ("", "/ship"))
    labels = form.tree.xpath("//label[starts-with(@for,'quantity-1-')]")
    lines = {_text(one, "./bdi"): one.get("for").removeprefix("quantity-1-") for one in labels}
    if len(lines) < len(labels) or any(one["name"] not in lines for one in less):
        return None
    rows = order.tree.xpath("//section[@aria-labelledby='lines']//tbody/tr")
    gone = {_text(row, "./th/bdi"): _SHIPPED.search(_text(row, "./td[last()]")) for row in rows}
    return {
        lines[one["name"]]: _count(one["open"])
        - _count(one["less"])
        + (_count(there["units"]) if (there := gone.get(one["name"])) else 0)
        for one in less
    }


def _count(text: str) -> int:
    return int(text.replace(",", ""))


def _path(number: str, below: str) -> str:
    return f"/orders/{quote(number, safe='')}{below}"


def _text(tree: HtmlElement, where: str) -> str:
    found = tree.xpath(where)
    return found[0].text_content().strip() if found else ""
