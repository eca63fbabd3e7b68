"""An order that nobody placed, to show a brand's page for customers with."""

from datetime import datetime, timedelta

from hub.partners import Brand
from portal.web.customer.timeline import Event
from portal.web.customer.view import STEPS, ShownLine, ShownParcel, StatusPage


def sample_page(brand: Brand, now: datetime) -> StatusPage:
    """Return a status page with something of everything that colours are used for."""
    placed, arrives = _day(now), _day(now + timedelta(days=3))
    return StatusPage(
        number=f"{brand.po_prefix}-100245",
        word="On its way",
        tone="good",
        step=3,
        steps=STEPS,
        headline=f"Arriving by {arrives}",
        placed=placed,
        parcels=(
            ShownParcel(
                title="Parcel 1",
                state="On its way",
                when=f"Arriving by {arrives}",
                carrier="UPS",
                tracking="1Z999AA10123456784",
                link="",
                lines=("2 × Stoneware mug, blue",),
            ),
        ),
        lines=(
            ShownLine(article="Stoneware mug, blue", quantity=2, where="on its way"),
            ShownLine(article="Reading lamp, oak", quantity=1, where="being prepared"),
        ),
        promises=(),
        arrivals=(),
        events=(Event(at=placed, iso=f"{now:%Y-%m-%d}", sentence="We received your order."),),
        people=(("T. O.", "Portland, ME"),),
        email="",
        proven=False,
        can_change=True,
        can_cancel=True,
        can_reduce=False,
        has_left=False,
        waiting=(),
    )


def _day(day: datetime) -> str:
    return f"{day:%A, %B} {day.day}"
