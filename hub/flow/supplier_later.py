"""The days on which a supplier said that pieces leave later, line by line, as they stand."""

from collections.abc import Mapping
from datetime import date

from hub.flow.backordering import days_of
from hub.flow.partner_work import Work
from hub.flow.parts import Parts


def days_said(parts: Parts, work: Work) -> Mapping[str, date]:
    """Return the newest day that was named for later pieces, by the number of the line.

    A day that was named in an answer taken back since is none. Whether pieces of a line leave later
    at all its quantities say.
    """
    with parts.store.read() as tx:
        return days_of(tx, work.order.id, work.part)
