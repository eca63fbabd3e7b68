"""How old partners' stock reports are, and how old they may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.flow.parts import Parts
from hub.partners import Partner
from hub.store import StockSource, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAge:
    """One partner's newest stock report; `age` is None when there never was one.

    `stale` tells that it is older than `allowed`, what its page trusts; `sold_from` whether its
    levels are sold from all the same.
    """

    partner: str
    partner_name: str
    as_of: datetime | None
    age: timedelta | None
    allowed: timedelta
    stale: bool
    sold_from: bool
    rows: int


def feed_ages(parts: Parts, tx: Transaction) -> tuple[FeedAge, ...]:
    """Return the age of the reports of every partner that is to report, the stale ones first."""
    sources = {source.partner: source for source in tx.stock.sources()}
    found = [
        _age(parts, partner, sources.get(partner.id))
        for partner in parts.partners.all
        if partner.stock.level == "reports" and not partner.holds_ours
    ]
    return tuple(sorted(found, key=lambda one: (not one.stale, one.partner)))


def _age(parts: Parts, partner: Partner, source: StockSource | None) -> FeedAge:
    age = None if source is None else parts.now() - source.as_of
    stale = age is None or age > partner.stock.trust
    return FeedAge(
        partner=partner.id,
        partner_name=partner.name,
        as_of=source.as_of if source else None,
        age=age,
        allowed=partner.stock.trust,
        stale=stale,
        sold_from=not stale or (source is not None and partner.stock.use_stale),
        rows=source.rows if source else 0,
    )
