"""The print centre: which orders, and their slips, gift cards and pick list on paper."""

from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.flow import supplier_room
from hub.flow.partner_work import Work
from hub.flow.supplier_prints import printable
from portal.web.ground.answers import KEPT, LOGO_POLICY, STAFF_POLICY, answer
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.templating import environment
from portal.web.ground.words import Words
from portal.web.supplier.slips import Logos, picks, slip
from portal.web.supplier.view import ShownPart, shown

ON_PAGE = 100
MOST = 200  # orders printed at once
PAPERS = {"a4": "A4", "letter": "Letter"}
SHEETS = Path(__file__).resolve().parents[2] / "static"
_PRINT = ("print.css", "print-a4.css", "print-letter.css")


class Printing:
    """Paper of orders; nothing here changes one."""

    def __init__(self, porch: Porch, logos: Logos) -> None:
        self._porch = porch
        self._logos = logos
        self._sheets = {name: (SHEETS / name).read_bytes() for name in _PRINT}

    # --- which ----------------------------------------------------------------------------------

    def choose(self, visit: Visit) -> Response:
        """Show what is open, the most urgent first, every order ticked."""
        works = printable(self._porch.parts, visit.partner, limit=ON_PAGE)
        words = {
            "parts_shown": [shown(work, visit.words) for work in works],
            "paper": _paper(visit),
            "papers": PAPERS,
            "is_full": len(works) == ON_PAGE,
        }
        return self._porch.page(visit, "supplier/print.html", words)

    def _works(self, visit: Visit) -> list[Work]:
        """The orders that the address names, in its order; 404 when one is not the partner's."""
        numbers = list(dict.fromkeys(visit.request.query_params.getlist("order")))[: MOST + 1]
        works = supplier_room.numbered(self._porch.parts, visit.partner, numbers)
        if not numbers or len(numbers) > MOST or len(works) < len(numbers):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return [works[number] for number in numbers]

    # --- paper ----------------------------------------------------------------------------------

    def slips(self, visit: Visit) -> Response:
        """Show the packing slips of these orders, each on a page of its own."""
        return self._slips(visit, "slip", self._works(visit))

    def gifts(self, visit: Visit) -> Response:
        """Show the gift cards of those of these orders that are presents."""
        works = [work for work in self._works(visit) if work.order.group(work.part.group_id).gift]
        return self._slips(visit, "gift", works)

    def _slips(self, visit: Visit, kind: str, works: list[Work]) -> Response:
        sheets = [self._sheet(visit, kind, work) for work in works]
        parts = [shown(work, visit.words) for work in works if work.asked]
        return self._paper(visit, f"print/{kind}s.html", {"sheets": sheets}, asked=parts)

    def _sheet(self, visit: Visit, kind: str, work: Work) -> Markup:
        """The customer reads it: it is in the brand's language, whoever prints it.

        Only that it must not leave is said to the one who packs.
        """
        brand = self._porch.parts.brands[work.order.brand]
        made = slip(work, brand, visit.words, has_logo=brand.id in self._logos)
        said = Words(language=brand.language, zone=brand.clock, now=self._porch.parts.now())
        words = {
            "slip": made,
            "said": said,
            "language": brand.language,
            "void": visit.words.say("CANCELLED – do not ship"),
            "reader": visit.words.language,
        }
        template = environment(brand.language).get_template(f"print/{kind}.html")
        return Markup(template.render(words))  # noqa: S704  # the template escaped it

    def pick_list(self, visit: Visit) -> Response:
        """Show what to fetch for these orders, an article a row."""
        parts = [shown(work, visit.words) for work in self._works(visit)]
        words = {"picks": picks(parts), "orders": len(parts), "say": visit.words}
        asked = [part for part in parts if part.asks]
        return self._paper(visit, "print/picks.html", words, asked=asked)

    def _paper(
        self,
        visit: Visit,
        template: str,
        words: dict[str, object],
        *,
        asked: Sequence[ShownPart],
    ) -> Response:
        """Send a page for paper; what customers ask of its orders is said on the screen alone."""
        language = visit.words.language
        given = {"language": language, "paper": _paper(visit), "asked": asked, **words}
        text = environment(language).get_template(template).render(given)
        return answer(visit.request, text.encode(), policy=STAFF_POLICY)

    # --- what pages are made with ---------------------------------------------------------------

    def logo(self, visit: Visit) -> Response:
        """Send a brand's logo to those who pack for it."""
        brand = visit.path("brand")
        with self._porch.parts.store.read() as tx:
            mine = tx.supplying.works_for(partner=visit.partner, brand=brand)
        if not mine or brand not in self._logos:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        body, kind = self._logos[brand]
        return answer(visit.request, body, media_type=kind, policy=LOGO_POLICY)

    def sheet(self, visit: Visit) -> Response:
        """Send a style sheet of printed pages."""
        name = visit.path("name")
        if name not in self._sheets:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        body = self._sheets[name]
        return answer(visit.request, body, media_type="text/css", cache=KEPT)


def _paper(visit: Visit) -> str:
    """The paper that was asked for, else the usual one where the viewer is."""
    asked = visit.query("paper")
    if asked in PAPERS:
        return asked
    return "letter" if visit.account.zone.startswith(("America/", "US/")) else "a4"
