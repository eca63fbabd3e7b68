"""Many shipments, or all of the stock, in one table: looked at first, then the good rows are sent.

What is shown is read again from the kept file each time: the address names it, the browser holds
nothing. Sending the same file twice says nothing twice.
"""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.exchange import DocumentState
from hub.domain.exchange import Problem as Flaw
from hub.domain.messages import ReportKind
from hub.flow import supplier_columns, supplier_stock, supplier_undo, supplier_uploads
from hub.flow.supplier_kept import Cells, keep_corrections, keep_upload
from hub.flow.supplier_rows import Fate, ShipmentRow
from hub.flow.supplier_sheets import MOST_BYTES, PARCELS, Sheet, given_back, sheet
from hub.flow.supplier_stock import StockSheetRow
from hub.flow.supplier_undo import Undoable
from hub.flow.supplier_uploads import Failed
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.supplier import correcting
from portal.web.supplier.columns import Naming, remembered
from portal.web.supplier.files import TYPES, download
from portal.web.supplier.undoing import Undoing

LARGEST_FORM = MOST_BYTES + 1024 * 1024  # a file that is a little too long is told so
ON_PAGE = 500
STOCK = "stock"
UNKNOWN_COLUMNS = "columns"
CORRECT = "correct"

Rows = Sequence[ShipmentRow] | Sequence[StockSheetRow]


class Uploads:
    """Tables that are uploaded, and what becomes of their rows."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- the file -------------------------------------------------------------------------------

    def form(self, visit: Visit) -> Response:
        """Show the form, and which columns are read."""
        return self._form(visit, [])

    def _form(self, visit: Visit, problems: list[Problem]) -> Response:
        words = {
            "problems": problems,
            "remembered": remembered(self._porch, visit),
            "once": self._porch.parts.random(16).hex(),
            "most": MOST_BYTES // (1024 * 1024),
        }
        return self._porch.page(visit, "supplier/upload.html", words, status=_status(problems))

    def posted(self, visit: Visit) -> Response:
        """Keep the file, whatever is in it, and lead to what its rows would do."""
        upload = visit.upload
        wrong = ""
        if upload is None or not upload.body:
            wrong = visit.words.say("Choose a file that is not empty.")
        elif len(upload.body) > MOST_BYTES:
            wrong = visit.words.say("The file is larger than 5 MB. Upload it in parts.")
        if upload is None or wrong:
            return self._form(visit, [Problem(field="file", text=wrong)])
        once = visit.fields.get("once", "")[:64] or self._porch.parts.random(16).hex()
        kept = keep_upload(
            self._porch.parts,
            visit.partner,
            name=upload.name,
            body=upload.body,
            key=f"{visit.account.id}-{once}",
            who=_who(visit),
        )
        return see_other(visit.request, f"/upload/{kept}")

    def open_lines(self, visit: Visit) -> Response:
        """Hand what is open over as a table to fill in."""
        ending = visit.path("ending")
        if ending not in TYPES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        body = supplier_uploads.open_lines(self._porch.parts, visit.partner, book=ending == "xlsx")
        return download(visit, body, name=f"open-orders.{ending}", media_type=TYPES[ending])

    # --- its rows -------------------------------------------------------------------------------

    def rows(self, visit: Visit) -> Response:
        """Show every row: what it does, or what is wrong with it and what to do."""
        found = self._sheet(visit)
        if any(flaw.code == UNKNOWN_COLUMNS for flaw in found.problems):
            naming = Naming(self._porch)
            columns = supplier_columns.columns_of(self._porch.parts, visit.partner, found.id)
            return naming.page(visit, columns, [], missing=True)
        typed = self._porch.typed_before(visit)
        return self._shown(visit, found, self._judged(visit, found), [], typed=typed)

    def _sheet(self, visit: Visit) -> Sheet:
        try:
            return sheet(self._porch.parts, visit.partner, visit.path("upload"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def _judged(self, visit: Visit, found: Sheet) -> Rows:
        judge = supplier_stock.stock_rows if found.set_id == STOCK else supplier_uploads.shipments
        judged: Rows = judge(self._porch.parts, visit.partner, found)
        return judged

    def _shown(
        self,
        visit: Visit,
        found: Sheet,
        rows: Rows,
        problems: list[Problem],
        *,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        start = _number(visit.query("from"))
        only = visit.query("only")
        chosen = [row for row in rows if not only or row.fate == only]
        is_stock = found.set_id == STOCK
        report = (
            supplier_stock.report_of(self._porch.parts, visit.partner, found) if is_stock else None
        )
        page = chosen[start : start + ON_PAGE]
        fixes = correcting.inputs(found, () if report else page, typed or {}, visit.words)
        words = {
            "problems": [*problems, *_problems(found.problems)],
            "sheet": found,
            "is_stock": is_stock,
            "of_all": found.set_id == PARCELS,
            "rows": page,
            "fixes": fixes,
            "start": start,
            "corrected": _number(visit.query("corrected")),
            "more_wrong": sum(row.fate in _OPEN for row in page) > len(fixes) > 0,
            "counts": {fate: sum(row.fate is fate for row in rows) for fate in Fate},
            "orders": _orders(rows, _SURE),
            "with_asked": _orders(rows, _ALSO_ASKED),
            "dated": any(row.left_on for row in _shipments(rows)),
            "only": only,
            "next": start + ON_PAGE if len(chosen) > start + ON_PAGE else 0,
            "report": report,
            "taken": report is not None and report.state in _TAKEN,
            "sent": _number(visit.query("sent")),
            "undoable": self._undoable(visit, found, rows),
            "once": self._porch.parts.random(16).hex(),
            "dropping": not is_stock or supplier_stock.kind_of(_stock(rows), ReportKind.FULL),
        }
        status = _status([*problems, *_problems(found.problems)])
        return self._porch.page(visit, "supplier/upload_rows.html", words, status=status)

    def wrong(self, visit: Visit) -> Response:
        """Hand the wrong rows back as a table, each with what is wrong in a column of its own."""
        ending = visit.path("ending")
        if ending not in TYPES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        found = self._sheet(visit)
        bad = [
            (row.row, visit.words.say("; ".join(flaw.text for flaw in row.problems)))
            for row in self._judged(visit, found)
            if row.fate is Fate.WRONG
        ]
        body = given_back(self._porch.parts, found, bad, book=ending == "xlsx")
        return download(visit, body, name=f"wrong-rows.{ending}", media_type=TYPES[ending])

    # --- sending --------------------------------------------------------------------------------

    def send(self, visit: Visit) -> Response:
        """Send the good rows, those with a question when they are said to go; no wrong one goes."""
        found = self._sheet(visit)
        rows = self._judged(visit, found)
        if visit.fields.get("do") == CORRECT:
            return self._correct(visit, found, rows)
        if found.set_id == STOCK:
            return self._send_stock(visit, found, _stock(rows))
        done, failed = supplier_uploads.send(
            self._porch.parts,
            visit.partner,
            found,
            _shipments(rows),
            fates=_ALSO_ASKED if visit.fields.get("also") == Fate.ASKED else _SURE,
            who=_who(visit),
        )
        if failed:
            rows = self._judged(visit, found)
            return self._shown(visit, found, rows, [_told(one) for one in failed])
        return see_other(visit.request, f"/upload/{found.id}?sent={done}")

    def _correct(self, visit: Visit, found: Sheet, rows: Rows) -> Response:
        """Keep the cells that were put right beside the file, and show every row judged anew."""
        cells, problems = correcting.changed(found, rows, visit.fields, visit.words)
        if cells and not problems:
            problems = self._kept(visit, found, cells)
        if problems:
            return self._shown(visit, found, rows, problems, typed=visit.fields)
        start = _number(visit.query("from"))
        told = f"corrected={correcting.rows_of(cells)}&from={start}"
        return see_other(visit.request, f"/upload/{found.id}?{told}")

    def _kept(self, visit: Visit, found: Sheet, cells: Cells) -> list[Problem]:
        said, parts = visit.words.say, self._porch.parts
        if found.set_id == STOCK and supplier_stock.report_of(parts, visit.partner, found):
            text = said("This table was sent already; upload what is new as another table.")
        elif not keep_corrections(parts, visit.partner, found.id, cells, who=_who(visit)):
            text = said(
                "So many cells cannot be corrected here; correct them in the file of the wrong "
                "rows and upload that."
            )
        else:
            return []
        return [Problem(field="", text=text)]

    def _send_stock(self, visit: Visit, found: Sheet, rows: Sequence[StockSheetRow]) -> Response:
        kind = ReportKind.FULL if visit.fields.get("kind") == "full" else ReportKind.DELTA
        before = supplier_stock.report_of(self._porch.parts, visit.partner, found)
        if before is not None or not any(row.counted for row in rows):
            return see_other(visit.request, f"/upload/{found.id}")
        came = supplier_stock.send_stock(
            self._porch.parts, visit.partner, found, rows, kind=kind, who=_who(visit)
        )
        if not came.kept:
            return self._shown(visit, found, rows, _problems(came.problems))
        return see_other(visit.request, f"/upload/{found.id}")

    def _undoable(self, visit: Visit, found: Sheet, rows: Rows) -> tuple[Undoable, ...]:
        """What the table itself told and can be taken back before any customer hears of it."""
        parts = self._porch.parts
        sent: dict[str, list[str]] = {}
        for row in _shipments(rows):
            if row.fate is Fate.SENT:
                sent.setdefault(row.number, []).append(row.tracking)
        if not sent:
            return ()
        fresh = supplier_undo.shipped_with(parts, visit.partner, sent)
        keys = supplier_uploads.keys_of(found, _shipments(rows))
        return supplier_undo.told_under(parts, visit.partner, fresh, keys)

    def undo(self, visit: Visit) -> Response:
        """Take back all shipments of the table that are fresh; each order is told of."""
        found = self._sheet(visit)
        taken = self._undoable(visit, found, self._judged(visit, found))
        if not taken:
            return see_other(visit.request, f"/upload/{found.id}")
        return Undoing(self._porch).undone(visit, taken, back="/upload")

    def accept(self, visit: Visit) -> Response:
        """Take a stock table in although much of it drops to none: its sender said so."""
        found = self._sheet(visit)
        supplier_stock.accept(self._porch.parts, visit.partner, found, who=_who(visit))
        return see_other(visit.request, f"/upload/{found.id}")


_SURE, _ALSO_ASKED = (Fate.GOOD,), (Fate.GOOD, Fate.ASKED)
_OPEN = (Fate.WRONG, Fate.ASKED)
_TAKEN = (DocumentState.APPLIED, DocumentState.PARTLY_APPLIED)


def _stock(rows: Rows) -> list[StockSheetRow]:
    return [row for row in rows if isinstance(row, StockSheetRow)]


def _shipments(rows: Rows) -> list[ShipmentRow]:
    return [row for row in rows if isinstance(row, ShipmentRow)]


def _orders(rows: Rows, fates: Collection[Fate]) -> int:
    return len({row.number for row in _shipments(rows) if row.fate in fates})


def _problems(flaws: Sequence[Flaw]) -> list[Problem]:
    return [Problem(field="", text=_sentence(flaw), code=flaw.code) for flaw in flaws]


def _sentence(flaw: Flaw) -> str:
    place = f"{flaw.where.path}: " if flaw.where.path else ""
    return f"{place}{flaw.text}"


def _told(failed: Failed) -> Problem:
    why = "; ".join(flaw.text for flaw in failed.problems) or "it cannot be shipped any more"
    return Problem(field="", text=f"{failed.number}: {why}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def _status(problems: list[Problem]) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK


def _who(visit: Visit) -> str:
    return visit.account.id
