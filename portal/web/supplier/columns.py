"""What the columns of an uploaded table mean: said by its sender once, known in every later one."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.exchange import Problem as Flaw
from hub.flow import supplier_columns
from hub.flow.supplier_columns import Columns
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem, spoken
from portal.web.ground.words import Words

LABELS = {
    "number": "Purchase order",
    "line": "Line",
    "sku": "SKU",
    "vendor": "Your article number",
    "gtin": "GTIN (barcode)",
    "quantity": "Quantity",
    "tracking": "Tracking number",
    "carrier": "Carrier",
    "shipped_at": "Shipped on",
    "notice": "Number of the shipment",
    "unit": "Unit",
    "next_on": "Next delivery on",
    "next_quantity": "Next quantity",
    "as_of": "Counted at",
}
COLUMN = "column-"
STOCK = "stock"


class Naming:
    """The columns of one upload, and what each is taken for."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def form(self, visit: Visit) -> Response:
        """Show every column with a few of its cells."""
        return self.page(visit, self._columns(visit), [])

    def posted(self, visit: Visit) -> Response:
        """Keep what the columns mean and lead to the rows."""
        found = self._columns(visit)
        meant = {
            place: visit.fields[name]
            for place in range(len(found.columns))
            if (name := f"{COLUMN}{place}") in visit.fields
        }
        if not all(means in ("", *LABELS) for means in meant.values()):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        who = f"user:{visit.account.id}"
        wrong = supplier_columns.say(self._porch.parts, visit.partner, found, meant, who=who)
        if wrong:
            return self.page(visit, found, wrong, typed=visit.fields)
        return see_other(visit.request, f"/upload/{found.upload}")

    def forget(self, visit: Visit) -> Response:
        """Forget what one heading means."""
        supplier_columns.forget(
            self._porch.parts,
            visit.partner,
            visit.fields.get("heading", "")[:100],
            who=f"user:{visit.account.id}",
        )
        return see_other(visit.request, "/upload")

    def _columns(self, visit: Visit) -> Columns:
        try:
            return supplier_columns.columns_of(
                self._porch.parts, visit.partner, visit.path("upload")
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def page(
        self,
        visit: Visit,
        found: Columns,
        wrong: tuple[Flaw, ...] | list[Flaw],
        *,
        typed: Mapping[str, str] | None = None,
        missing: bool = False,
    ) -> Response:
        """Show the columns; `missing` says that the table cannot be read before they are named."""
        said = visit.words.say
        problems = [spoken("", flaw.text, flaw.code) for flaw in (*wrong, *found.problems)]
        if missing:
            problems.append(Problem(field=f"{COLUMN}0", text=_lacking(found, visit.words)))
        words = {
            "problems": problems,
            "found": found,
            "labels": [(name, said(label)) for name, label in LABELS.items()],
            "typed": typed or {},
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/columns.html", words, status=status)


def _lacking(found: Columns, words: Words) -> str:
    """Name the columns that the table still needs, and what to do where it has none."""
    if not any(column.means for column in found.columns):
        return words.say("None of these columns is known. Say what each one means.")
    if found.twice:
        twice = {"names": _named([found.twice], words)}
        return words.say(
            "Two columns mean the same (%(names)s): choose something else for one of them.", twice
        )
    names = {"names": _named(found.missing, words)}
    if found.set_id == STOCK:
        return words.say(
            "For a table of stock no column is known yet for: %(names)s. Say below which it is; if "
            "the table has none, put it in and upload the table again.",
            names,
        )
    told = words.say(
        "For a table of shipments no column is known yet for: %(names)s. Say below which it is; if "
        "the table has none, put it in and upload the table again.",
        names,
    )
    if any({"number", "tracking"} & set(group) for group in found.missing):
        return told
    whole = words.say(
        "Without any column for articles and quantities, all that is open of each order leaves."
    )
    return f"{told} {whole}"


def _named(groups: Iterable[tuple[str, ...]], words: Words) -> str:
    """Return the columns of each group by their labels: one of each group will do."""
    known = ([words.say(LABELS[name]) for name in group if name in LABELS] for group in groups)
    return "; ".join(" / ".join(labels) for labels in known)


def remembered(porch: Porch, visit: Visit) -> list[tuple[str, str]]:
    """Return every heading that somebody of the partner's named, and what it means, in words."""
    rows = supplier_columns.known(porch.parts, visit.partner)
    said = visit.words.say
    return [(row.heading, said(LABELS.get(row.means, row.means))) for row in rows]
