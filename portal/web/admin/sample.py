"""An order that nobody placed, to show a brand's page for customers with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from hub.partners import Brand
from hub.render.words import day
from portal.web.customer.places import ShownPlace
from portal.web.customer.timeline import Event
from portal.web.customer.view import STEPS, ShownLine, ShownParcel, StatusPage
from portal.web.ground.words import told


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What an article is called, and the path of its picture; none when empty."""

    name: str
    picture: str = ""


_USUAL = (Article(name="Stoneware mug, blue"), Article(name="Reading lamp, oak"))
ARTICLES = len(_USUAL)


def sample_page(brand: Brand, now: datetime, own: Sequence[Article] = ()) -> StatusPage:
    """Return a status page with something of everything that colours are used for.

    `own` are articles of the brand's that it shows first, as many as it has.
    """
    first, second = (*own, *_USUAL[len(own) :])[:ARTICLES]
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
                lines=(f"2 × {first.name}",),
                journey=(),
            ),
        ),
        lines=(
            _line(first, 2, hear("Shipped")),
            _line(second, 1, hear("Being prepared")),
        ),
        promises=(),
        arrivals=(),
        events=(Event(at=placed, iso=f"{now:%Y-%m-%d}", sentence="We received your order."),),
        people=(ShownPlace(of="", rows=("T. O.", "Portland, ME")),),
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


def _line(article: Article, quantity: int, where: str) -> ShownLine:
    return ShownLine(article=article.name, quantity=quantity, where=where, picture=article.picture)
