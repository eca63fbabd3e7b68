"""The supplier's articles with what there is of each: typed, saved, told as a report of changes."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.feeds import MOST_UNITS
from hub.flow import supplier_stock
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

ON_PAGE = 200
UNITS, WAS = "units-", "was-"


class Stock:
    """A grid of levels; only what was changed in it is told."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show a page of the articles; the search and the place stand in the address."""
        return self._page(visit, visit.query("q"), visit.query("after"), [], {})

    def posted(self, visit: Visit) -> Response:
        """Tell the levels that differ from what the page showed; all that is wrong is told."""
        text, after = visit.fields.get("q", "")[:60], visit.fields.get("after", "")[:60]
        changed, problems = _changed(visit)
        known = supplier_stock.levels_of(self._porch.parts, visit.partner, list(changed))
        if len(known) < len(changed):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if problems:
            return self._page(visit, text, after, problems, visit.fields)
        if changed:
            came = supplier_stock.tell(
                self._porch.parts,
                visit.partner,
                changed,
                key=f"stock-{visit.account.id}-{visit.fields.get('once', '')[:64]}",
                who=f"user:{visit.account.id}",
            )
            if not came.went_through:
                told = "; ".join(flaw.text for flaw in came.problems)
                words = told or visit.words.say("This was not taken; open the page again.")
                return self._page(visit, text, after, [Problem(field="", text=words)], visit.fields)
        query = urlencode({"q": text, "after": after, "saved": len(changed)})
        return see_other(visit.request, f"/stock?{query}")

    def _page(
        self,
        visit: Visit,
        text: str,
        after: str,
        problems: list[Problem],
        typed: Mapping[str, str],
    ) -> Response:
        parts = self._porch.parts
        found = supplier_stock.shelf(parts, visit.partner, text=text, after=after, limit=ON_PAGE)
        saved = visit.query("saved")
        words = {
            "problems": problems,
            "typed": typed,
            "text": text,
            "after": after,
            "offers": found.offers,
            "next": found.next,
            "heard_at": found.heard_at,
            "counts": parts.partners.get(visit.partner).stock.level != "unlimited",
            "saved": int(saved) if saved.isascii() and saved.isdecimal() else None,
            "once": parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/stock.html", words, status=status)


def _changed(visit: Visit) -> tuple[dict[str, int], list[Problem]]:
    """The fields whose number is not the one that was shown."""
    changed: dict[str, int] = {}
    problems: list[Problem] = []
    for name, value in visit.fields.items():
        if not name.startswith(UNITS):
            continue
        sku, typed = name.removeprefix(UNITS), value.strip()
        if typed == visit.fields.get(f"{WAS}{sku}", "").strip():
            continue
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= 10):
            text = visit.words.say("%(sku)s: enter a whole number of pieces.", {"sku": sku})
            problems.append(Problem(field=name, text=text))
        elif int(typed) > MOST_UNITS:
            text = visit.words.say("%(sku)s: nobody believes so many.", {"sku": sku})
            problems.append(Problem(field=name, text=text))
        else:
            changed[sku] = int(typed)
    return changed, problems
