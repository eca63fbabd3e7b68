"""Goods of ours sent to a warehouse: kept, told to it (943), and what it received of them (944)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.domain.catalog import PartnerItem
from hub.domain.exchange import DocumentState, Problem
from hub.domain.facts import Duty, DutyKind
from hub.domain.names import Names
from hub.domain.warehouse import StockTransfer, TransferLine
from hub.domain.warehouse_orders import MOST_TITLE
from hub.domain.warehouse_stock import Difference, Kind, Movement
from hub.errors import Refused
from hub.flow.levels import accept as let_through
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.flow.receiving import NEVER
from hub.flow.warehouse_stock import differences, transfer_hold
from hub.partners import Channel
from hub.store import Transaction, TransferRow

ARRANGED = "AS ARRANGED"
"""The routing of goods of which no carrier is known (X12 W2703: one of both must be there)."""
MOST_UNITS = 9_999_999_999  # digits of X12 382


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Units of articles, in ours, that leave for a warehouse."""

    partner: str
    units: Mapping[str, int]
    who: str
    shipped_on: date | None = None
    expected_on: date | None = None
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferShown:
    """A transfer with what was received of it, and what differs."""

    transfer: TransferRow
    received: tuple[Movement, ...]
    differences: tuple[Difference, ...]


def send(parts: Parts, sending: Sending) -> TransferRow:
    """Keep a transfer and owe the warehouse its advice. Stock changes when it says it has it.

    Raises Refused with everything that is wrong: no such warehouse, no way to tell it, articles
    that it does not list, units that are not whole packs.
    """
    now, seed = parts.now(), parts.fresh()
    channel, set_id = _way(parts, sending.partner)
    with parts.store.read() as tx:
        offers = _offers(tx, sending)
    wrong = [
        problem for sku, units in sending.units.items() for problem in _wrong(sku, units, offers)
    ]
    if wrong or not sending.units:
        raise Refused(wrong or [Problem(code="nothing", text="a transfer needs an article")])
    return parts.store.write(
        lambda tx: _keep(tx, parts, sending, channel, set_id, Names(seed), now)
    )


def _way(parts: Parts, partner_id: str) -> tuple[Channel, str]:
    partner = next((one for one in parts.partners.all if one.id == partner_id), None)
    if partner is None or not partner.holds_ours:
        kept = ", ".join(one.id for one in parts.partners.all if one.holds_ours) or "none"
        text = f"{partner_id!r} is no warehouse; those on the pages are: {kept}"
        raise Refused([Problem(code="no-warehouse", text=text)])
    for channel in partner.channels:
        for set_id in channel.sends:
            name = channel.maps.get(set_id)
            if name is not None and parts.maps.page(name).message is StockTransfer:
                return channel, set_id
    text = f"the page of {partner_id} sends no stock transfer; add 943 to `send` and `maps`"
    raise Refused([Problem(code="no-way", text=text)])


def _offers(tx: Transaction, sending: Sending) -> dict[str, PartnerItem]:
    listed = tx.catalog.offers(sending.units.keys())
    return {
        sku: offer
        for sku, offers in listed.items()
        for offer in offers
        if offer.partner == sending.partner
    }


def _wrong(sku: str, units: int, offers: Mapping[str, PartnerItem]) -> list[Problem]:
    offer = offers.get(sku)
    if offer is None:
        text = f"the warehouse does not list {sku!r}; `hub catalog import` adds it"
        return [Problem(code="no-offer", text=text)]
    if not 0 < units <= MOST_UNITS or units % offer.units_per_pack:
        text = f"{units} of {sku} are not whole packs of {offer.units_per_pack}, one at least"
        return [Problem(code="odd-quantity", text=text)]
    return []


def _keep(
    tx: Transaction,
    parts: Parts,
    sending: Sending,
    channel: Channel,
    set_id: str,
    names: Names,
    now: datetime,
) -> TransferRow:
    ordinal = tx.duties.next_number(f"{sending.partner}/transfer", ceiling=NEVER)
    zone = ZoneInfo(parts.partners.get(sending.partner).calendar.zone)
    row = TransferRow(
        id=names.new("trf"),
        partner=sending.partner,
        number=f"TR-{ordinal:06d}",
        ordinal=ordinal,
        shipped_on=sending.shipped_on or now.astimezone(zone).date(),
        expected_on=sending.expected_on,
        carrier=sending.carrier,
        lines=tuple(sending.units.items()),
        input_id=names.new("inp"),
        at=now,
    )
    note_command(
        tx,
        parts,
        {"transfer": row.number, "partner": row.partner, "lines": dict(row.lines)},
        subject=row.id,
        who=sending.who,
        input_id=row.input_id,
        at=now,
    )
    tx.depot.send(row)
    tx.duties.want(
        Duty(
            id=names.new("dty"),
            lane=channel.lane,
            kind=DutyKind.TRANSFER,
            set_id=set_id,
            subject=row.id,
            order_id=None,
            due_at=channel.next_cutoff(now, parts.partners.get(row.partner).calendar) or now,
            body={},
        )
    )
    return row


def transfer_paper(
    tx: Transaction, parts: Parts, channel: Channel, transfer_id: str
) -> StockTransfer:
    """Return what a warehouse is told of goods on their way to it, counted as it counts."""
    row = tx.depot.transfer_by_id(transfer_id)
    partner = parts.partners.get(channel.partner)
    skus = [sku for sku, _ in row.lines]
    titles = {sku: article.title for sku, article in tx.catalog.items(skus).items()}
    offers = _offers(tx, Sending(partner=row.partner, units=dict(row.lines), who=""))
    lines = []
    for number, (sku, units) in enumerate(row.lines, start=1):
        offer = offers[sku]
        chosen = [one for kind in partner.products for one in offer.products if one.kind == kind]
        lines.append(
            TransferLine(
                number=str(number),
                quantity=units // offer.units_per_pack,
                unit=offer.unit,
                products=tuple(chosen) or offer.products,
                description=titles.get(sku, "")[:MOST_TITLE].rstrip(),
            )
        )
    return StockTransfer(
        number=row.number,
        shipped_on=row.shipped_on,
        warehouse=partner.name,
        lines=tuple(lines),
        carrier=row.carrier,
        routing=ARRANGED,
        expected_on=row.expected_on,
    )


# --- looking, and settling by hand -------------------------------------------------------------


def listed(tx: Transaction, *, limit: int) -> list[TransferShown]:
    """Return the newest transfers with what was received of each."""
    return [_with_receipts(tx, row) for row in tx.depot.transfers(limit=limit)]


def shown(tx: Transaction, *, number: str, partner: str = "") -> list[TransferShown]:
    """Return the transfers of that number, one for each warehouse, with what was received."""
    rows = tx.depot.numbered(number)
    return [_with_receipts(tx, row) for row in rows if partner in ("", row.partner)]


def _with_receipts(tx: Transaction, row: TransferRow) -> TransferShown:
    moved = tx.depot.of_reference(partner=row.partner, reference=row.number)
    return TransferShown(
        transfer=row,
        received=tuple(one for one in moved if one.kind is Kind.RECEIVED),
        differences=differences(tx, partner=row.partner, number=row.number),
    )


def accept(parts: Parts, document_id: str, *, who: str) -> str:
    """Let a balance or a receipt stand that differs, and return a sentence on what follows.

    Raises KeyError when there is no such paper, Refused when it does not wait for a person.
    """
    with parts.store.read() as tx:
        row = tx.exchange.document(document_id)
    if row.state is DocumentState.PARKED:
        let_through(parts, document_id, who=who)
        return f"{row.set_id} {row.number} from {row.partner} will be taken in."
    number = accept_receipt(parts, document_id, who=who)
    return f"What {row.partner} received of {number} stands."


def accept_receipt(parts: Parts, document_id: str, *, who: str) -> str:
    """Let a receipt stand that differs from what was sent; return the transfer's number.

    What came in good order is in stock already. Raises KeyError when there is no such paper,
    Refused when nothing of it waits.
    """
    now, seed = parts.now(), parts.fresh()

    def work(tx: Transaction) -> str:
        row = tx.exchange.document(document_id)
        hold = transfer_hold(row.partner, row.order_number)
        if not tx.exceptions.clear(hold, at=now, by=who):
            text = f"{document_id} is no receipt that waits for a person; see `hub exceptions`"
            raise Refused([Problem(code="not-waiting", text=text)])
        note_command(
            tx,
            parts,
            {"accept": row.id},
            subject=row.id,
            who=who,
            input_id=Names(seed).new("inp"),
            at=now,
        )
        return row.order_number

    return parts.store.write(work)
