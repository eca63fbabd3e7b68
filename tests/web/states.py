"""The states in which screens are looked at: much on them, nothing on them, every form wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.access import House
from hub.domain.messages import Address
from hub.domain.orders import OrderChannel
from hub.domain.placing import Gift, NewOrder
from hub.transports.mail import Server
from tests.rigs.changes import cancel
from tests.rigs.houses import House as Hub
from tests.rigs.houses import post, shopping
from tests.web.rooms import Rooms, path_of, twelve_orders

LONG = "Hand-thrown-stoneware-" * 3 + "x" * 14
LONG_NAME = "Maximiliane-Theodora-Aurelia von Hohenfels-Sonnenberg-Adler"
LONG_MAIL = "maximiliane.theodora.aurelia.von.hohenfels@long-names.example.com"
MANY = 12
LITTLE, OVER, ERASED = "1014", "1015", "1016"
"""Orders with as little on them as may be: one line, all of it cancelled, its customer erased."""


def much(hub: Hub, *, mails_at: int = 9) -> tuple[str, ...]:
    """Fill a hub with long lists, long words, what is late and what is asked."""
    server = Server(host="127.0.0.1", port=mails_at, tls="none")
    hub.parts = replace(hub.parts, mail=server, mail_from="hub@example.com")
    for n in range(MANY):
        post(hub, shopping(f"9{n:03d}", 1, 2))
    post(hub, long_order("1013"))
    for number in (LITTLE, OVER, ERASED):
        post(hub, little_order(number))
    cancel(hub, number=OVER)
    hub.turn("corner")
    erased = hub.order(ERASED).customer_id
    assert erased
    hub.parts.store.write(lambda tx: tx.people.erase(erased))
    hub.clock.on(days=6)  # what came until now is late
    numbers = twelve_orders(hub)
    cancel(hub, number="1011")
    hub.turn("corner")
    return numbers


def long_order(number: str) -> NewOrder:
    """Thirty lines, and words without a place to break them, wherever words may stand."""
    new = shopping(number, *([1] * MANY))
    [group] = new.groups
    lines = tuple(
        replace(
            line,
            sku=f"SKU-{n % 3 + 1}",
            description=LONG if n % 2 else "Übergroße Tasse mit Untertasse",
            personalization="W" * 40,
        )
        for n, line in enumerate(group.lines)
    )
    address = Address(
        name=LONG_NAME,
        lines=("Donaudampfschifffahrtsgesellschaftsstraße 128b", "Hinterhaus, 4. Stock"),
        city="Llanfairpwllgwyngyllgogery",
        region="IL",
        postal_code="62701",
        country="US",
        phone="217-555-0134",
        email=LONG_MAIL,
    )
    gift = Gift(sender="Oma", recipient="Max", message="Alles Gute! " * 20 + "G" * 60)
    longer = replace(group, lines=lines, ship_to=address, gift=gift, instructions="Ring twice " * 9)
    return replace(new, groups=(longer,), customer=address, channel=OrderChannel.PHONE)


def little_order(number: str) -> NewOrder:
    """One line of one unit, and nothing said that may be left out."""
    new = shopping(number, 1)
    [group] = new.groups
    address = Address(
        name="Bo", lines=("1 A St",), city="Ely", region="NV", postal_code="89301", country="US"
    )
    lines = tuple(replace(line, description="") for line in group.lines)
    return replace(new, groups=(replace(group, lines=lines, ship_to=address),), customer=address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A form filled in wrongly: its page, the door it goes to, what is said, what is pressed.

    `press` is `name=value` of a button, or of a field that tells the form from others there.
    """

    house: House
    at: str
    door: str
    said: Mapping[str, str] = field(default_factory=dict)
    press: str = ""

    def page(self, rooms: Rooms) -> str:
        """The path of the page."""
        return path_of(rooms, self.house, self.at) or self.at

    def goal(self, rooms: Rooms) -> str:
        """The path that the form goes to."""
        if self.door.startswith(self.at):
            return self.page(rooms).partition("?")[0] + self.door.removeprefix(self.at)
        return path_of(rooms, self.house, self.door)


_PORTAL, _DESK = House.PORTAL, House.DESK
_ORDER, _SHOWN = "/orders/{number}", "/orders/{brand}/{number}"
_OPEN = "/orders?show=confirm"
_HOOK = "/settings/webhooks/{webhook}"
WRONG: tuple[Wrong, ...] = (
    *(
        Wrong(house=house, at=at, door=door, said=said)
        for house in House
        for at, door, said in (
            ("/sign-in", "/sign-in", {"email": "nobody@example.com"}),
            ("/second", "/second", {"code": "1"}),
            ("/l/{token}", "/l/{token}", {"password": "short"}),
            ("/account", "/account", {}),
            ("/account", "/account/password", {}),
        )
    ),
    Wrong(house=_PORTAL, at="/second-factor", door="/second-factor"),
    Wrong(house=_PORTAL, at=_OPEN, door="/orders", press="do=accept"),
    Wrong(house=_PORTAL, at="/orders", door="/orders/views"),
    Wrong(house=_PORTAL, at=f"{_ORDER}/answer", door=f"{_ORDER}/answer"),
    Wrong(house=_PORTAL, at=f"{_ORDER}/ship", door=f"{_ORDER}/ship"),
    Wrong(house=_PORTAL, at=f"{_ORDER}/correct", door=f"{_ORDER}/correct"),
    Wrong(house=_PORTAL, at="/a/{token}", door="/a/{token}", press="do=ship"),
    Wrong(house=_PORTAL, at="/ship", door="/ship", said={"order": "NONE"}, press="scan=1"),
    Wrong(house=_PORTAL, at="/upload", door="/upload"),
    Wrong(
        house=_PORTAL,
        at="/upload/{upload}",
        door="/upload/{upload}",
        said={"cell-3-2": "9" * 300},
        press="do=correct",
    ),
    Wrong(house=_PORTAL, at="/stock", door="/stock", said={"units-SKU-1": "many"}),
    Wrong(house=_PORTAL, at="/settings", door="/settings/people"),
    Wrong(house=_PORTAL, at="/settings", door="/settings/zone", said={"zone": "Nowhere"}),
    Wrong(house=_PORTAL, at="/settings", door="/settings/days"),
    Wrong(house=_PORTAL, at="/settings", door="/settings/channel"),
    Wrong(house=_DESK, at="/documents/{id}", door="/documents/{id}/ignore"),
    Wrong(house=_DESK, at="/documents/{id}/edit", door="/documents/{id}/edit"),
    Wrong(house=_DESK, at="/exceptions/{id}", door="/exceptions/{id}"),
    Wrong(house=_DESK, at="/partners/{id}", door="/partners/{id}"),
    Wrong(
        house=_DESK,
        at="/partners/{id}",
        door="/partners/{id}/own",
        said={"zone": "Nowhere"},
        press="do=zone",
    ),
    Wrong(house=_DESK, at="/partners/{id}/names", door="/partners/{id}/names"),
    Wrong(house=_DESK, at=_SHOWN, door=f"{_SHOWN}/notes"),
    Wrong(house=_DESK, at=f"{_SHOWN}/cancel", door=f"{_SHOWN}/cancel", press="do=lines"),
    Wrong(house=_DESK, at=f"{_SHOWN}/change", door=f"{_SHOWN}/change"),
    Wrong(house=_DESK, at="/new/{once}", door="/new/{once}", press="do=look"),
    Wrong(house=_DESK, at="/settings/people", door="/settings/people"),
    Wrong(house=_DESK, at="/settings/keys", door="/settings/keys"),
    Wrong(house=_DESK, at="/settings/webhooks", door="/settings/webhooks"),
    Wrong(house=_DESK, at="/settings/brands/{brand}", door="/settings/brands/{brand}"),
    Wrong(house=_DESK, at="/settings/new-brand", door="/settings/new-brand"),
)
"""Forms that ask for words, and how each is told that they are wrong."""

NEVER_WRONG: Mapping[str, str] = {
    "/sign-out": "asks for nothing",
    "/undo": "a button; its page says what became of each",
    "/stock/undo": "a button",
    "/upload/forget": "a button",
    "/upload/{upload}/undo": "a button",
    "/upload/{upload}/columns": "choices",
    "/account/sessions": "a button",
    "/theme": "choices",
    "/orders/views/remove": "a button",
    "/link": "answers alike, whatever is typed",
    "/orders/{number}/confirm": "a button; what cannot be done any more is told by its own page",
    "/orders/{number}/change": "two buttons, a yes is asked once more; refused as /confirm is",
    "/orders/{number}/undo-shipment": "a button; refused as /confirm is",
    "/orders/{number}/undo-answer": "a button; refused as /confirm is",
    "/upload/{upload}/accept": "a button",
    "/settings/notice": "choices",
    "/settings/days/open": "a button",
    "/settings/carriers": "ticks",
    "/settings/people/{account}/again": "a button",
    "/settings/people/{account}/disable": "a button",
    "/settings/people/{account}/enable": "a button",
    "/settings/people/{account}/role": "choices",
    "/settings/people/{account}/end-sessions": "a button",
    "/settings/people/{account}/forget-code": "a button",
    "/settings/keys/{key}": "a button",
    "/settings/keys/{key}/rotate": "choices",
    "/settings/brands/{brand}/logo": "a file; without one nothing is asked",
    "/exceptions/{id}/remedy": "a button",
    "/exceptions/{id}/take": "a button; a colleague who was faster is told on the case's page",
    "/exceptions/{id}/give-back": "a button",
    "/lanes": "a button",
    "/partners/{id}/names/forget": "a button",
    f"{_HOOK}/rotate": "choices",
    f"{_HOOK}/told": "ticks",
    f"{_HOOK}/types": "ticks",
    f"{_HOOK}/try": "a button",
    f"{_HOOK}/replay": "ticks",
    f"{_HOOK}/resume": "a button",
    f"{_HOOK}/remove": "a button",
    "/documents/{id}/rerun": "a button",
    "/documents/{id}/send": "a button",
    "/parked/{id}": "a button; its page says what became of each",
    f"{_SHOWN}/link": "a button",
    f"{_SHOWN}/flags": "choices",
    f"{_SHOWN}/mail/{{kind}}": "a button",
}
"""Doors whose form cannot be filled in wrongly, and why."""
