"""What may stand on a partner's page, field by field: the frame around transports and formats."""

import re
from datetime import date, time, timedelta
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from hub.partners.page import choices
from hub.partners.wording import shown

WORK_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PLACEHOLDERS = ("set", "partner", "number", "date", "order")
FILE_NAME = "{partner}_{set}_{number}"
"""What a file of ours is called where the page does not say, without its ending."""
LONGEST_DURATION = timedelta(days=366)

TRANSIT = {
    "overnight": 1, "next_day": 1, "second_day": 2, "three_day": 3, "express": 2, "other": 5,
}  # fmt: skip
"""Working days to the door where a page does not say."""

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_DURATION = r"^[0-9]{1,6}(ms|s|m|h|d)$"
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


def duration(value: object) -> timedelta:
    """Read `30s`, `90m`, `24h`, `2d`; raises ValueError with the way out."""
    found = re.fullmatch(r"([0-9]{1,6})(ms|s|m|h|d)", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{shown(value)} is no length of time; write 30s, 90m, 24h or 2d")
    length = int(found[1]) * _UNITS[found[2]]
    if not timedelta() < length <= LONGEST_DURATION:
        raise ValueError(f"{shown(value)} must be longer than nothing and at most 366d")
    return length


def clock(value: object) -> time:
    """Read `14:30`; raises ValueError with the way out."""
    if not isinstance(value, str) or not re.fullmatch(_CLOCK.strip("^$"), value):
        raise ValueError(f"{shown(value)} is no time of day; write 09:00 to 23:59 with two digits")
    return time.fromisoformat(value)


def day(value: object) -> date:
    """Read `2026-11-26`; raises ValueError with the way out."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"{shown(value)} is no day of the calendar; write 2026-11-26")


def known_zone(value: str) -> str:
    """Return the name of a time zone that this machine knows."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = choices(value, available_timezones()).partition(" there are:")[0]
        hint = near if near.startswith("did you mean") else "write one such as America/Chicago"
        raise ValueError(f"{shown(value)} is no time zone; {hint}") from None
    return value


def poll_rule(value: str) -> str:
    """Return a length of time (`30s`) or five cron fields as they were written.

    Days of the week must be names: cron counts Sunday as 0 and other schedulers Monday.
    """
    fields = value.split()
    if len(fields) == 1:
        duration(value)
        return value
    bounds: tuple[tuple[int, int, tuple[str, ...]], ...] = (
        (0, 59, ()),
        (0, 23, ()),
        (1, 31, ()),
        (1, 12, MONTHS),
        (1, 0, WORK_DAYS),
    )
    if len(fields) != len(bounds):
        raise ValueError(
            f"{shown(value)}: write a length of time such as 60s, or the five cron fields"
            " minute hour day month weekday"
        )
    for text, (low, high, names) in zip(fields, bounds, strict=True):
        for part in text.split(","):
            _cron_part(part, low=low, high=high, names=names)
    return " ".join(fields)


def name_template(value: str) -> str:
    """Return a template of file names that is safe on every wire."""
    outside = re.sub(r"\{([^{}]*)\}", "", value)
    named = re.findall(r"\{([^{}]*)\}", value)
    for word in named:
        if word not in PLACEHOLDERS:
            raise ValueError(f"{{{shown(word, quote=False)}}}: {choices(word, PLACEHOLDERS)}")
    if not re.fullmatch(r"[A-Za-z0-9._-]*", outside) or value.startswith((".", "-")):
        raise ValueError(
            f"{shown(value)}: use letters, digits, point, dash, underscore and"
            f" {' '.join(f'{{{word}}}' for word in PLACEHOLDERS)}, not beginning with point or dash"
        )
    if "number" not in named:
        raise ValueError(f"{shown(value)}: put {{number}} in, else one file replaces another")
    return value


def _cron_part(part: str, *, low: int, high: int, names: tuple[str, ...]) -> None:
    found = re.fullmatch(r"(\*|(\w{1,3})(?:-(\w{1,3}))?)(?:/([0-9]{1,2}))?", part, re.ASCII)
    if found is None or (found[4] is not None and int(found[4]) == 0):
        raise ValueError(
            f"{shown(part)} is no cron field; write *, 5, 1-5, */15 or a list of those"
        )
    ends = [
        _cron_value(text, low=low, high=high, names=names) for text in (found[2], found[3]) if text
    ]
    if ends != sorted(ends):
        raise ValueError(f"{shown(part)} runs backwards; write the smaller one first")


def _cron_value(text: str, *, low: int, high: int, names: tuple[str, ...]) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + low
    if text.isdigit() and low <= int(text) <= high:
        return int(text)
    allowed = [f"{low}-{high}"] if low <= high else []
    allowed += [f"{names[0]}-{names[-1]}"] if names else []
    raise ValueError(f"{shown(text)} is not in {' or '.join(allowed)}")


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{shown(value)} stands in the list twice; remove one")
    return values


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    WithJsonSchema({"type": "string", "pattern": _DURATION, "examples": ["90m", "24h", "2d"]}),
]
Clock = Annotated[
    time,
    BeforeValidator(clock),
    WithJsonSchema({"type": "string", "pattern": _CLOCK, "examples": ["14:30"]}),
]
Clocks = Annotated[tuple[Clock, ...], BeforeValidator(_several), AfterValidator(_once)]
Day = Annotated[date, BeforeValidator(day), WithJsonSchema({"type": "string", "format": "date"})]
WorkDay = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ProductKind = Literal["vendor", "gtin", "sku", "buyer", "manufacturer", "isbn"]
SetId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
Sets = Annotated[tuple[SetId, ...], BeforeValidator(_several), AfterValidator(_once)]
Place = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Places = Annotated[tuple[Place, ...], BeforeValidator(_several), AfterValidator(_once)]
Method = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Days = Annotated[int, Field(ge=0, le=60)]
Line = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitsKeys(_Keys):
    """Under `limits`, each in the partner's working time."""

    receipt: Duration = Field(default=timedelta(hours=24), description="until its 997")
    response: Duration = Field(default=timedelta(hours=24), description="until its 855")
    ship: Duration = Field(default=timedelta(hours=48), description="until its 856")
    change: Duration = Field(
        default=timedelta(hours=4), description="until it answers a change or cancellation"
    )


class CalendarKeys(_Keys):
    """Under `calendar`."""

    zone: Annotated[str, AfterValidator(known_zone)] = Field(
        default="UTC", description="the partner's time zone, such as America/Chicago"
    )
    work_days: Annotated[tuple[WorkDay, ...], BeforeValidator(_several), AfterValidator(_once)] = (
        Field(default=get_args(WorkDay)[:5], min_length=1)
    )
    holidays: Annotated[tuple[Day, ...], BeforeValidator(_several), AfterValidator(_once)] = ()
    cutoff: Clock | None = Field(
        default=None, description="orders that reach the partner later count as the next day's"
    )


class SourcingKeys(_Keys):
    """Under `sourcing`."""

    priority: int = Field(default=100, ge=0, le=1_000_000, description="lower is asked first")
    ships_to: Places = Field(
        default=(), description="countries (US) and regions (US-AK); none: everywhere"
    )
    not_to: Places = Field(default=(), description="countries and regions it does not ship to")


class StockKeys(_Keys):
    """Under `stock`."""

    level: Literal["reports", "by_hand", "unlimited"] = Field(
        default="unlimited",
        description="where levels come from: its reports, `hub stock set`, or nobody counts",
    )
    report_includes: Literal["shipped", "acknowledged"] = Field(
        default="shipped", description="after which event a report no longer counts a unit"
    )
    safety: int = Field(default=0, ge=0, le=1_000_000, description="units never sold")
    trust: Duration = Field(
        default=timedelta(hours=48), description="how long a report is believed, by the clock"
    )
    when_stale: Literal["exclude", "use"] = Field(
        default="exclude", description="whether an older report is still sold from"
    )
    guard: int = Field(
        default=50,
        ge=1,
        le=100,
        description="a full report in which more percent of the articles drop to none waits",
    )
    preorder: bool = Field(
        default=False, description="whether the next announced delivery may be sold"
    )


class ChangesKeys(_Keys):
    """Under `changes`."""

    by: Literal["paper", "order"] = Field(
        default="paper",
        description="how the partner hears of a change: by a paper of its own (860), or by the "
        "order again, whole, as it is to stand (cXML OrderRequest update and delete)",
    )
    silence: Literal["decline", "confirm"] = Field(
        default="decline", description="what it means when the partner does not answer in time"
    )
    cutoff: Clock | None = Field(
        default=None,
        description="time of the working day at which the partner begins to pick what it has: then "
        "it takes no change of it any more; none: it is always asked",
    )


class WarehouseKeys(_Keys):
    """Under `warehouse`: what a warehouse that holds our goods says is taken for."""

    short: Literal["reject", "backorder"] = Field(
        default="reject",
        description="what was picked short: filled by somebody else, or waited for",
    )
    balance: Literal["ask", "trust"] = Field(
        default="ask",
        description="a balance (846) that differs from our book: waits for a person, or counts",
    )


class PartnerKeys(_Keys):
    """A whole page; channels are judged one by one, see `ChannelKeys`."""

    name: Line = Field(description="as people call the partner")
    kind: Literal["supplier", "warehouse", "carrier"] = Field(
        description="a warehouse ships our own stock, a carrier tells of everybody's parcels"
    )
    channels: tuple[Any, ...] = Field(
        default=(), description="ways to the partner besides the portal"
    )
    limits: LimitsKeys = LimitsKeys()
    calendar: CalendarKeys = CalendarKeys()
    sourcing: SourcingKeys = SourcingKeys()
    stock: StockKeys = StockKeys()
    changes: ChangesKeys = ChangesKeys()
    warehouse: WarehouseKeys = WarehouseKeys()
    transit: dict[Method, Days] = Field(
        default={},
        description="working days to the customer's door by ship method; `other` for the rest",
    )
    products: Annotated[
        tuple[ProductKind, ...], BeforeValidator(_several), AfterValidator(_once)
    ] = Field(
        default=("vendor", "gtin", "sku"),
        min_length=1,
        description="which ids of an article the partner is sent, in this order; without a word of "
        "it the first of these for which its maps have room",
    )


class ChannelKeys(_Keys):
    """One entry under `channels`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")] = Field(
        description="short, for lanes and logs: edi"
    )
    transport: str = Field(description="how bytes travel")
    settings: dict[str, Any] = Field(default={}, description="what the transport has to know")
    format: str = Field(description="what the bytes are")
    profile: dict[str, Any] = Field(default={}, description="what the format has to know")
    maps: dict[SetId, str] = Field(default={}, description="which map reads or writes which set")
    send: Sets = Field(default=(), description="sets we send; receipts need no entry")
    receive: Sets = Field(default=(), description="sets we receive; receipts need no entry")
    poll: Annotated[str, AfterValidator(poll_rule)] = Field(
        default="60s", description="how often to look: a length of time or five cron fields"
    )
    cutoff: Clocks = Field(
        default=(),
        description="times of day at which waiting documents leave together; none: at once",
    )
    batch_limit: int = Field(
        default=500, ge=1, le=10_000, description="most documents in one interchange"
    )
    file_name: Annotated[str, AfterValidator(name_template), Field(max_length=100)] | None = Field(
        default=None,
        description="with {set} {partner} {number} {date} {order}; {number} is needed; none: "
        f"{FILE_NAME} with the ending of the format: .edi, .xml, .json, .csv, .tsv, .xlsx or .txt",
    )
    partner_resets_numbers: bool = Field(
        default=False, description="a known interchange number with other bytes is accepted"
    )
    settle: Duration = Field(
        default=timedelta(seconds=60),
        description="a file that is not whole is taken as it is after so long without change",
    )
