"""Partners' shelves for a test: pages that count stock, and reports put in place at once."""

from collections.abc import Mapping
from datetime import datetime

from hub.domain.catalog import Item, PartnerItem
from hub.domain.feeds import Counted
from hub.domain.messages import ProductId
from hub.flow.parts import Parts
from hub.store.restocking import Feed


def counted(includes: str = "shipped", **more: str) -> str:
    """Return what a page needs so that its partner's reports are sold from."""
    rest = "".join(f", {key}: {value}" for key, value in more.items())
    trust = "" if "trust" in more else ", trust: 366d"
    return f"\nstock: {{level: reports, report_includes: {includes}{trust}{rest}}}\n"


def report(
    parts: Parts,
    partner: str,
    levels: Mapping[str, int],
    *,
    as_of: datetime,
    full: bool = False,
    more: Counted | None = None,
) -> bool:
    """Put a partner's report in place; False when it came too late to count."""
    store, name = parts.store, parts.fresh()
    with store.read() as tx:
        known = tx.stock.source(partner)
    if known is not None and known.full_as_of is not None and as_of <= known.full_as_of:
        return False
    feed = Feed(
        partner=partner, feed=name, run=name, as_of=as_of, at=max(as_of, parts.now()), full=full
    )
    rows = [Counted(sku=sku, quantity=units) for sku, units in levels.items()]
    store.write_levels(lambda desk: desk.begin(feed))
    store.write_levels(lambda desk: desk.stage(feed, [*rows, *([more] if more else [])]))
    store.write_levels(lambda desk: desk.merge(feed, after="", limit=1000))
    if full:
        store.write_levels(lambda desk: desk.zero(feed, after="", limit=1000))
    store.write_levels(lambda desk: desk.raised(feed))
    store.write_levels(lambda desk: desk.close(feed.feed))
    if full:
        store.write(lambda tx: tx.reservations.reported(partner=partner, as_of=as_of))
    return True


def list_article(parts: Parts, sku: str, *partners: str, pack: int = 1) -> None:
    """Put an article into the catalogue, sold by these partners."""
    offers = [
        PartnerItem(
            partner=partner,
            sku=sku,
            products=(ProductId(kind="vendor", value=f"{partner}-{sku}"),),
            unit="EA",
            units_per_pack=pack,
            cost=400,
            currency="USD",
            priority=0,
        )
        for partner in partners
    ]
    parts.store.write(lambda tx: tx.catalog.put([Item(sku=sku, title=sku)], offers))
