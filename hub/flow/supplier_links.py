"""What a mail with orders says beside its file: a link to each order, for those without software.

The link opens one purchase order without signing in, and lets its holder act on it once.
"""

from datetime import datetime, timedelta

from hub.domain.names import Names
from hub.flow.accounts_acts import act_link, address_holder
from hub.flow.parts import DESK, Parts
from hub.flow.supplier_owed import CHANGE, WORK
from hub.flow.warehouse_changes import is_change
from hub.partners import Channel
from hub.store import DocumentRow, Transaction, TransmissionRow

ACT_FOR = timedelta(days=7)
_LEAD = "Or answer without a file: each link opens its order, once, within seven days."


def words_with(parts: Parts, channel: Channel, row: TransmissionRow) -> str:
    """Return the words that go with a transmission; empty for a partner without a desk of ours.

    Each try has links of its own: of those before, only their hashes are kept.
    """
    page = parts.partners.get(channel.partner)
    if not any(one.transport == DESK for one in page.channels):
        return ""
    seed, now = parts.fresh(), parts.now()
    links = parts.store.write(lambda tx: _links(tx, parts, channel, row, Names(seed), now))
    return "\n".join([_LEAD, "", *links]) if links else ""


def _links(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    row: TransmissionRow,
    names: Names,
    now: datetime,
) -> list[str]:
    papers = tx.exchange.documents(transmission_id=row.id)
    return [
        f"{paper.order_number}: {_link(tx, parts, channel, paper, names, now)}"
        for paper in papers
        if paper.fulfillment_id is not None
    ]


def _link(
    tx: Transaction,
    parts: Parts,
    channel: Channel,
    paper: DocumentRow,
    names: Names,
    now: datetime,
) -> str:
    return act_link(
        tx,
        parts,
        partner=channel.partner,
        purpose=CHANGE if is_change(parts, channel, paper) else WORK,
        subject=paper.order_number,
        until=now + ACT_FOR,
        names=names,
        holder=address_holder(channel),
    ).url
