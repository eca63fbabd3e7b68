"""What the rivers are made of, built once by `hub.main` and handed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Protocol

from pydantic import BaseModel

from hub.domain.asking import Voice
from hub.formats import Format
from hub.mapping import Library
from hub.partners import Brand, Channel, Partner, Partners
from hub.store import Store
from hub.transports import Transport


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a river needs. `now` is the one clock, `fresh` gives a random seed for an input.

    `random(n)` gives n random bytes fit for secrets. `public_url` is where a brand's pages are
    reached, with `{host}` for its name; `mail` is how mails go out, None when the hub sends none.
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

    def voice(self, brand: str) -> Voice:
        """Return in whose name a brand's partners are asked."""
        page = self.brands[brand]
        return Voice(buyer=page.name, buyer_code=page.buyer_code, slip_message=page.slip_message)

    def address(self, brand: str, path: str) -> str:
        """Return where a customer of the brand finds that path; empty when it has no pages."""
        hosts = self.brands[brand].hosts
        return self.public_url.replace("{host}", hosts[0]) + path if hosts else ""

    def hashes(self, channel: Channel, set_id: str) -> dict[str, str]:
        """Return what a result depends on beside its input: page, map, code."""
        name = channel.maps.get(set_id, "")
        return {
            "page": self.partners.get(channel.partner).digest,
            "map": self.maps.page(name).digest if name else "",
            "code": self.code,
        }
