"""Scenarios: who takes part, what is ordered, what goes wrong, and how all of it is to end.

One scenario is one page of YAML. It is read strictly: an unknown key, partner, SKU or misbehaviour
is told with its line and what is allowed, all mistakes at once.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from hub.domain.status import Word
from hub.errors import ConfigError
from hub.lab.catalog import ARTICLES
from hub.lab.firms import CAST
from hub.lab.misdeeds import ORDER_PAPERS, Does, Misdeed
from hub.lab.orders import METHODS, PEOPLE
from hub.lab.terms import ANY
from hub.lab.voice import Kind
from hub.partners.fields import duration
from hub.partners.page import Page, choices

BEGINS = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
"""When a scenario begins that does not say so: a Friday afternoon."""

SHIPPED = Path(__file__).parent / "scenarios"
"""Where the scenarios lie that come with the hub."""

_ON_ALL = {Does.NEVER_ANSWERS: ORDER_PAPERS}


def _moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        found = datetime.min
    if found.tzinfo is None:
        raise ValueError(f"{str(value)[:40]!r} is no moment; write 2026-11-20T15:00:00+00:00")
    return found.astimezone(UTC)


def _length(value: object) -> timedelta:
    return timedelta() if value in ("0", "0m", "0h") else duration(value)


def _among(words: Collection[str], what: str) -> AfterValidator:
    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"{word[:40]!r} is no {what}; {choices(word, words)}")
        return word

    return AfterValidator(check)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Length = Annotated[timedelta, BeforeValidator(_length)]
Sku = Annotated[str, _among(ARTICLES, "article of the lab's catalogue")]
SkuOrAny = Annotated[str, _among({*ARTICLES, ANY}, "article of the lab's catalogue")]
Who = Annotated[str, _among(CAST, "simulated partner")]
Person = Annotated[str, _among(PEOPLE, "customer of the lab")]
Method = Annotated[str, _among(METHODS, "shipping method")]
Packs = Annotated[int, Field(ge=0, le=100_000)]


class Keys(BaseModel):
    """Nothing but what stands in a model may stand on the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PaceKeys(Keys):
    """How long after an order a partner's papers follow."""

    receipt: Length = timedelta(minutes=1)
    response: Length = timedelta(hours=1)
    shipping: Length = timedelta(hours=6)
    rest: Length = timedelta(days=2)
    late: Length = timedelta(days=2)
    slowest: Length = timedelta(days=3)
    report: Length = timedelta(hours=1)
    invoice: Length = timedelta(hours=12)
    driving: Length = timedelta(days=1)


class LimitsKeys(Keys):
    """What the partner's page allows, as it is written there."""

    receipt: str = "1h"
    response: str = "4h"
    ship: str = "48h"
    change: str = "4h"


class PartnerKeys(Keys):
    """A partner that takes part: what it has, in packs, and how fast it is."""

    sells: dict[Sku, Packs]
    pace: PaceKeys = PaceKeys()
    limits: LimitsKeys = LimitsKeys()
    silence: Literal["decline", "confirm"] | None = None
    at_once: Annotated[int, Field(ge=1)] = 100_000


class OrderKeys(Keys):
    """An order: the brand is told by the first letter of its number, J or H.

    Carriers bring its parcels as far as `carriers` says, a step every `every`.
    """

    lines: Annotated[dict[Sku, Annotated[int, Field(ge=1)]], Field(min_length=1)]
    at: Length = timedelta()
    to: Person = "maya"
    method: Method = "ground"
    twice: bool = False
    carriers: Literal["nothing", "in_transit", "out_for_delivery", "delivered", "returned"] = (
        "nothing"
    )
    every: Length = timedelta(hours=12)


class MisbehaviourKeys(Keys):
    """What a partner does wrong; see `hub.lab.misdeeds`."""

    partner: Who
    does: Does
    sku: SkuOrAny = ANY
    order: str = ""
    packs: Annotated[int, Field(ge=1)] = 1
    by: Length = timedelta()
    papers: tuple[Kind, ...] = ()
    chance: Annotated[int, Field(ge=0, le=100)] = 100
    at: Length = timedelta()
    lasts: Length = timedelta()

    def misdeed(self) -> Misdeed:
        """Return what the partner's desk is told."""
        papers = frozenset(self.papers) or _ON_ALL.get(self.does, frozenset({Kind.NOTICE}))
        return Misdeed(
            does=self.does,
            sku=self.sku,
            order=self.order,
            packs=self.packs,
            by=self.by,
            papers=papers,
            chance=self.chance,
        )


class ActKeys(Keys):
    """What the storefront asks later: to cancel all or `lines`, other quantities, an address."""

    at: Length
    order: str
    cancel: bool = False
    lines: dict[str, Packs] = {}
    quantities: dict[str, Packs] = {}
    address: Person | None = None
    outcome: str = ""


class LineKeys(Keys):
    """Quantities of a line in the end; those that are not named may be anything."""

    open: Packs | None = None
    cancelled: Packs | None = None
    shipped: Packs | None = None
    accepted: Packs | None = None
    backordered: Packs | None = None
    rejected: Packs | None = None
    delivered: Packs | None = None
    returned: Packs | None = None


class EndKeys(Keys):
    """How an order ends: the customer's word, who filled it, its parcels and lines."""

    word: Word
    partners: tuple[Who, ...] | None = None
    parcels: Packs | None = None
    lines: dict[str, LineKeys] = {}


class ExpectKeys(Keys):
    """How it ends. Exceptions by kind: none may be open in the end but these.

    `cleared` are some of those that closed themselves. `papers` counts by partner and set what
    went to it and came from it about the orders.
    """

    orders: dict[str, EndKeys]
    exceptions: dict[str, Packs] = {}
    cleared: dict[str, Packs] = {}
    papers: dict[Who, dict[str, Packs]] = {}


class ScenarioKeys(Keys):
    """The whole page."""

    about: str
    begins: Moment = BEGINS
    until: Length
    seed: int = 1
    partners: Annotated[dict[Who, PartnerKeys], Field(min_length=1)]
    orders: Annotated[dict[str, OrderKeys], Field(min_length=1)]
    misbehaviour: tuple[MisbehaviourKeys, ...] = ()
    later: tuple[ActKeys, ...] = ()
    expect: ExpectKeys


def load(file: str, text: str) -> ScenarioKeys:
    """Return the scenario on a page; raises ConfigError with every mistake and its line."""
    page = Page(file, text)
    found = page.fit(ScenarioKeys) if page.readable else None
    if found is not None:
        _cross_check(page, found)
    elif not page.mistakes:
        page.wrong((), "a scenario is keys and values; begin with `about: ...`")
    if page.mistakes or found is None:
        raise ConfigError([str(mistake) for mistake in sorted(page.mistakes)])
    return found


def _cross_check(page: Page, found: ScenarioKeys) -> None:
    """What is named must be there."""
    for number, order in found.orders.items():
        if number[:1] not in BRAND_LETTERS:
            page.wrong(("orders", number), "begin with J- (Juniper) or H- (Harbor)")
        lacking = set(order.lines) - {sku for one in found.partners.values() for sku in one.sells}
        for sku in sorted(lacking):
            page.wrong(("orders", number, "lines", sku), "no partner here sells it")
    for n, wrong in enumerate(found.misbehaviour):
        _known(page, ("misbehaviour", n, "partner"), wrong.partner, found.partners)
        if wrong.order:
            _known(page, ("misbehaviour", n, "order"), wrong.order, found.orders)
    for n, act in enumerate(found.later):
        _known(page, ("later", n, "order"), act.order, found.orders)
    for number in found.expect.orders:
        _known(page, ("expect", "orders", number), number, found.orders)
    for number in found.orders.keys() - found.expect.orders.keys():
        page.wrong(("expect", "orders"), f"say how {number} ends")
    for partner in found.expect.papers:
        _known(page, ("expect", "papers", partner), partner, found.partners)


BRAND_LETTERS: Mapping[str, str] = {"J": "juniper", "H": "harbor"}


def _known(page: Page, path: tuple[str | int, ...], word: str, words: Collection[str]) -> None:
    if word not in words:
        page.wrong(path, f"{word[:40]!r} takes no part; {choices(word, words)}")
