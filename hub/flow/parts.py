"""What the rivers are made of, built once by `hub.main` and handed in."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import token_bytes
from typing import Protocol

from pydantic import BaseModel

from hub.access import House
from hub.domain.asking import Voice
from hub.domain.exchange import Problem
from hub.errors import Malformed
from hub.formats import Format
from hub.mapping import Library, Reading
from hub.partners import Brand, Channel, Owned, Partner, Partners
from hub.store import Store
from hub.transports import Transport

POSTED = "posted"
"""The syntax of papers that a partner posts at our own API instead of sending a file."""
DESK = "desk"
"""The wire of partners that fetch their work from us: its file's name below `hub.transports`."""


def _unread(set_id: str, number: str, body: bytes) -> Reading:
    return Reading(messages=(), problems=(Problem(code="no-reader", text=_NO_READER),))


_NO_READER = "this process does not read what is posted; run it again where `hub web` runs"


def _as_it_is(language: str, text: str) -> str:
    """Nobody brought another language."""
    del language
    return text


def _untransformed(sheet: str, body: bytes) -> bytes:
    del sheet, body
    text = "this process runs no stylesheets; run it again where `hub work` runs"
    raise Malformed([Problem(code="stylesheet", text=text)])


class Wire(Protocol):
    """What a module of `hub.transports` offers."""

    Config: type[BaseModel]

    def connect(self, config: BaseModel, *, secrets: Callable[[str], str]) -> Transport:
        """Return a Transport that opens its connection at the first call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How a partner is asked for goods: over this channel, in this set.

    `change_channel` and `change_set` are how it is asked for changes; None when it takes none.
    """

    partner: Partner
    channel: Channel
    set_id: str
    change_channel: Channel | None = None
    change_set: str = ""


class Routes(Mapping[str, Route]):
    """Routes by partner, each with the partner as it is set now and not as its page was read."""

    def __init__(self, written: Mapping[str, Route], own: Owned) -> None:
        self.written = written
        self._own = own

    @classmethod
    def over(cls, routes: Mapping[str, Route], own: Owned) -> "Routes":
        """Return routes with what `own` knows, in the place of whoever they followed before."""
        return cls(routes.written if isinstance(routes, Routes) else routes, own)

    def __getitem__(self, partner: str) -> Route:
        """Return a partner's route; raises KeyError when it is asked for nothing."""
        route = self.written[partner]
        own = self._own.known().get(partner)
        return route if own is None else replace(route, partner=route.partner.with_own(own))

    def __iter__(self) -> Iterator[str]:
        """Yield every partner that has one."""
        return iter(self.written)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.written)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a river needs. `now` is the one clock, `fresh` gives a random seed for an input.

    `random(n)` gives n random bytes fit for secrets. `public_url` is where a brand's pages are
    reached, with `{host}` for its name; `mail` is how mails go out, None when the hub sends none.
    `posted(set, purchase order, body)` reads what partners post at the API, `transform(stylesheet,
    body)` runs XSLT in a child process and raises Malformed. `portal_hosts` and `desk_hosts` are
    the names of suppliers' and our own people's rooms; those who work there are mailed from
    `mail_from`. `heard(language, text)` says what the hub says in another language.
    """

    store: Store
    partners: Partners
    brands: Mapping[str, Brand]
    maps: Library
    formats: Mapping[str, Format]
    wires: Mapping[str, Wire]
    routes: Mapping[str, Route]
    secret: Callable[[str], str]
    now: Callable[[], datetime]
    fresh: Callable[[], str]
    code: str
    random: Callable[[int], bytes] = token_bytes
    public_url: str = "https://{host}"
    mail: BaseModel | None = None
    posted: Callable[[str, str, bytes], Reading] = _unread
    transform: Callable[[str, bytes], bytes] = _untransformed
    portal_hosts: tuple[str, ...] = ("portal.localhost",)
    desk_hosts: tuple[str, ...] = ("desk.localhost",)
    mail_from: str = ""
    heard: Callable[[str, str], str] = _as_it_is

    def profile(self, channel: Channel) -> BaseModel:
        """Return a channel's profile with the secrets that its page only names.

        Raises ConfigError for one that cannot be had.
        """
        arm = getattr(self.formats[channel.format], "armed", None)
        profile: BaseModel = channel.profile
        return profile if arm is None else arm(profile, secret=self.secret)

    def voice(self, brand: str) -> Voice:
        """Return in whose name a brand's partners are asked."""
        page = self.brands[brand]
        return Voice(
            buyer=page.name,
            buyer_code=page.buyer_code,
            slip_message=page.slip_message,
            language=page.language,
        )

    def address(self, brand: str, path: str) -> str:
        """Return where a customer of the brand finds that path; empty when it has no pages."""
        hosts = self.brands[brand].hosts
        return self.public_url.replace("{host}", hosts[0]) + path if hosts else ""

    def room(self, house: House, path: str) -> str:
        """Return where people of that house find that path."""
        hosts = self.portal_hosts if house is House.PORTAL else self.desk_hosts
        return self.public_url.replace("{host}", hosts[0]) + path

    def hashes(self, channel: Channel, set_id: str) -> dict[str, str]:
        """Return what a result depends on beside its input: page, map, code."""
        name = channel.maps.get(set_id, "")
        return {
            "page": self.partners.get(channel.partner).digest,
            "map": self.maps.page(name).digest if name else "",
            "code": self.code,
        }
