"""An order that nobody placed, to show a brand's page for customers with."""

from datetime import datetime, timedelta
from functools import partial

from hub.partners import Brand
from hub.render.words import day
from portal.web.customer.timeline import Event
from portal.web.customer.view import STEPS, ShownLine, ShownParcel, StatusPage
from portal.web.ground.words import told


def sample_page(brand: Brand, now: datetime) -> StatusPage:
    """Return a status page with something of everything that colours are used for."""
    placed, arrives = day(now.date()), day((now + timedelta(days=3)).date())
    hear = partial(told, brand.language)
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
                journey=(),
            ),
        ),
        lines=(
            ShownLine(article="Stoneware mug, blue", quantity=2, where=hear("Shipped")),
            ShownLine(article="Reading lamp, oak", quantity=1, where=hear("Being prepared")),
        ),
        promises=(),
        arrivals=(),
        events=(Event(at=placed, iso=f"{now:%Y-%m-%d}", sentence="We received your order."),),
        people=(("T. O.", "Portland, ME"),),
        email="",
        reachable=True,
        proven=False,
        can_change=True,
        can_cancel=True,
        can_reduce=False,
        has_left=False,
        comes_back=False,
        waiting=(),
    )
