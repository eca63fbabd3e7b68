"""How the supplier kept its word: four numbers, and behind each the very orders it is made of."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.flow.supplier_figures import (
    DAYS,
    Behind,
    Judged,
    Mark,
    Measure,
    Week,
    behind,
    figures,
)
from portal.web.ground.porch import Porch, Visit
from portal.web.supplier.files import CSV, download

ON_PAGE = 100
ALL = 1_000_000  # orders in a table: more than anybody is given
WIDE = 100
"""Units of the longest bar."""

TITLES = {
    Measure.CONFIRM: "Answered in time",
    Measure.SHIP: "Shipped in time",
    Measure.CANCEL: "Nothing refused",
    Measure.UNEXPECTED: "Nothing unexpected shipped",
}
MARKS = {Mark.GOOD: "well", Mark.BAD: "not", Mark.OPEN: "not judged yet"}


class Scorecard:
    """Figures of one partner; the days stand in the address."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show the four numbers, and shipping by weeks as a picture and as a table."""
        found = figures(self._porch.parts, visit.partner, days=_days(visit))
        said = visit.words.say
        words = {
            "days": found.days,
            "choices": DAYS,
            "scores": [(score, said(TITLES[score.measure])) for score in found.scores],
            "weeks": found.weeks,
            "bars": list(_bars(found.weeks)),
            "orders": found.orders,
        }
        return self._porch.page(visit, "supplier/figures.html", words)

    def behind(self, visit: Visit) -> Response:
        """Show the orders behind a number."""
        measure, mark = _measure(visit), _mark(visit)
        found = self._behind(visit, limit=ON_PAGE)
        said = visit.words.say
        words = {
            "days": _days(visit),
            "measure": measure,
            "about": said(TITLES[measure]),
            "marks": [("", said("All"))] + [(str(one), said(text)) for one, text in MARKS.items()],
            "mark": mark or "",
            "orders": found.orders,
            "count": found.count,
            "brands": self._porch.parts.brands,
            "words_of": {str(one): said(text) for one, text in MARKS.items()},
        }
        return self._porch.page(visit, "supplier/figures_orders.html", words)

    def table(self, visit: Visit) -> Response:
        """Hand every order behind a number over as a table; moments are UTC."""
        measure, found = _measure(visit), self._behind(visit, limit=ALL)
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(_COLUMNS)
        writer.writerows(_row(one, measure) for one in found.orders)
        name = f"{measure}-{_days(visit)}-days.csv"
        return download(visit, out.getvalue().encode(), name=name, media_type=CSV)

    def _behind(self, visit: Visit, *, limit: int) -> Behind:
        return behind(
            self._porch.parts,
            visit.partner,
            days=_days(visit),
            measure=_measure(visit),
            mark=_mark(visit),
            limit=limit,
        )


def _days(visit: Visit) -> int:
    asked = visit.query("days")
    return int(asked) if asked in {str(one) for one in DAYS} else DAYS[0]


_COLUMNS = (
    "purchase_order", "customer_order", "judged", "given_at", "answer_by", "answered_at", "ship_by",
    "shipped_at", "ordered", "open", "refused", "cancelled", "unexpected",
)  # fmt: skip


def _row(one: Judged, measure: Measure) -> tuple[object, ...]:
    row = one.row
    return (
        row.number,
        # Theirs may begin like a formula; ours never does.
        f"'{row.order_number}" if row.order_number[:1] in "=+-@" else row.order_number,
        str(one.marks[measure]),
        _iso(row.given_at),
        _iso(one.confirm_by),
        _iso(row.answered_at),
        _iso(row.due_at),
        _iso(row.left_at),
        row.ordered,
        row.open,
        row.rejected,
        row.cancelled,
        row.unexpected,
    )


def _iso(when: datetime | None) -> str:
    return "" if when is None else when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _bars(weeks: tuple[Week, ...]) -> Iterator[dict[str, object]]:
    """A bar a week: first what left in time, then what did not."""
    most = max((week.good + week.bad for week in weeks), default=0) or 1
    unit = WIDE / most
    for week in weeks:
        yield {
            "begins": week.begins,
            "good": round(week.good * unit, 1),
            "bad": round(week.bad * unit, 1),
            "words": f"{week.good} / {week.good + week.bad}",
        }


def _measure(visit: Visit) -> Measure:
    try:
        return Measure(visit.path("measure"))
    except ValueError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


def _mark(visit: Visit) -> Mark | None:
    asked = visit.query("mark")
    return Mark(asked) if asked in MARKS else None
