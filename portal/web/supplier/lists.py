"""The list of orders: filters in the address, views of it that were named, many ticked at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.orders import FulfillmentState
from hub.domain.posted import PostedSet
from hub.flow import supplier_lists, supplier_room, supplier_undo, supplier_views
from hub.flow.partner_work import Work
from hub.flow.supplier_room import Came, Said
from hub.flow.supplier_undo import Undoable
from hub.store.given import NEVER
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.supplier import filters
from portal.web.supplier.clicks import key_of
from portal.web.supplier.files import TYPES, download
from portal.web.supplier.filters import Filters
from portal.web.supplier.room import SHELVES
from portal.web.supplier.view import shown

ON_PAGE = 50
TICK = "tick-"
_LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of what was ticked: numbers that are confirmed, and what can be taken back."""

    confirmed: tuple[str, ...] = ()
    undoable: tuple[Undoable, ...] = ()
    problems: tuple[Problem, ...] = ()


class Lists:
    """Orders by the page; what is ticked is said order by order."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show a page of what the filters let through; they stand in the address."""
        typed = self._porch.typed_before(visit)
        asked = typed or {name: visit.query(name) for name in filters.NAMES}
        after = typed.get("after", "") if typed else visit.query("after")
        return self._page(
            visit, filters.read(dict(asked)), Outcome(), ticked=_ticked(typed), after=after
        )

    def _page(
        self,
        visit: Visit,
        asked: Filters,
        outcome: Outcome,
        *,
        ticked: tuple[str, ...] = (),
        after: str = "",
    ) -> Response:
        parts = self._porch.parts
        found = supplier_room.listed(
            parts,
            visit.partner,
            shelf=asked.show,
            sieve=asked.sieve(visit.words),
            after=_place(after),
            limit=ON_PAGE,
        )
        views = supplier_views.views(parts, visit.account.id)
        on_page = {f"{TICK}{work.part.number}" for work in found.works}
        words = {
            "filters": asked,
            "shelves": [
                (asked.on(one).query, visit.words.say(name), one is asked.show)
                for one, name in SHELVES.items()
            ],
            "buyers": self._buyers(visit),
            "views": [(name, query, query == asked.query) for name, query in views.items()],
            "problems": [
                replace(one, field="") if _leads_off(one, on_page) else one
                for one in outcome.problems
            ],
            "outcome": outcome,
            "parts_shown": [shown(work, visit.words) for work in found.works],
            "ticked": ticked,
            "all_ticked": visit.query("tick") == "all",
            "next": _query(asked, {"after": _text(found.next)}) if found.next else "",
            "tick_all": _query(asked, {"after": after, "tick": "all"}),
            "after": after,
            "most": supplier_lists.MOST,
            "once": parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if outcome.problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/orders.html", words, status=status)

    def _buyers(self, visit: Visit) -> list[tuple[str, str]]:
        """The brands that ever gave the partner work."""
        parts = self._porch.parts
        with parts.store.read() as tx:
            return [
                (brand.id, brand.name)
                for brand in parts.brands.values()
                if tx.supplying.works_for(partner=visit.partner, brand=brand.id)
            ]

    # --- many at once ---------------------------------------------------------------------------

    def posted(self, visit: Visit) -> Response:
        """Confirm or print what is ticked; what cannot be confirmed is told order by order."""
        ticked, after = _ticked(visit.fields), visit.fields.get("after", "")[:_LONGEST_PLACE]
        asked = filters.read({name: visit.fields.get(name, "") for name in filters.NAMES})
        if not ticked:
            text = visit.words.say("Tick at least one order.")
            outcome = Outcome(problems=(Problem(field="", text=text),))
            return self._page(visit, asked, outcome, after=after)
        works = supplier_room.numbered(self._porch.parts, visit.partner, ticked)
        gone = _gone([number for number in ticked if number not in works], visit)
        if visit.fields.get("do") == "print":
            if not gone:
                query = urlencode([("order", number) for number in ticked])
                return see_other(visit.request, f"/print/slips?{query}")
            outcome = Outcome(problems=gone)
        else:
            outcome = self._confirmed(visit, [works[one] for one in ticked if one in works])
            outcome = replace(outcome, problems=outcome.problems + gone)
        left = () if not outcome.problems else tuple(set(ticked) - set(outcome.confirmed))
        return self._page(visit, asked, outcome, ticked=left, after=after)

    def _confirmed(self, visit: Visit, works: list[Work]) -> Outcome:
        came = {work.part.number: self._confirm(visit, work) for work in works}
        done = {number: each.document for number, each in came.items() if each.went_through}
        return Outcome(
            confirmed=tuple(done),
            undoable=supplier_undo.answered_with(self._porch.parts, visit.partner, done),
            problems=tuple(
                Problem(field=f"{TICK}{number}", text=f"{number}: {_why(each, visit)}")
                for number, each in came.items()
                if not each.went_through
            ),
        )

    def _confirm(self, visit: Visit, work: Work) -> Came:
        """Confirm one order; a second click is answered as the first was."""
        parts, number = self._porch.parts, work.part.number
        key = key_of(self._porch, visit, {"confirm": number})
        said = Said(
            set_id=PostedSet.ORDER_RESPONSE,
            number=number,
            body={"whole": "accept"},
            key=key,
            who=visit.account.id,
        )
        if work.part.state is FulfillmentState.OPEN:
            return supplier_room.say(parts, visit.partner, said)
        return supplier_room.said_before(parts, visit.partner, key) or Came(kept=False)

    # --- views, tables --------------------------------------------------------------------------

    def keep_view(self, visit: Visit) -> Response:
        """Keep the filters of the page under a name, for this account."""
        asked = _of_query(visit.fields.get("query", ""))
        wrong = supplier_views.keep_view(
            self._porch.parts,
            visit.account.id,
            name=visit.fields.get("name", ""),
            query=asked.query,
        )
        if wrong:
            problem = Problem(field="name", text=wrong)
            return self._page(visit, asked, Outcome(problems=(problem,)))
        return see_other(visit.request, f"/orders?{asked.query}")

    def drop_view(self, visit: Visit) -> Response:
        """Forget a view of this account."""
        supplier_views.drop_view(
            self._porch.parts, visit.account.id, name=visit.fields.get("name", "")[:100]
        )
        asked = _of_query(visit.fields.get("query", ""))
        return see_other(visit.request, f"/orders?{asked.query}")

    def table(self, visit: Visit) -> Response:
        """Hand the list over as a table, with the filters of the address."""
        ending = visit.path("ending")
        if ending not in TYPES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        asked = filters.read({name: visit.query(name) for name in filters.NAMES})
        found = supplier_lists.export(
            self._porch.parts,
            visit.partner,
            shelf=asked.show,
            sieve=asked.sieve(visit.words),
            book=ending == "xlsx",
        )
        name = f"orders-{asked.show}.{ending}"
        return download(visit, found.body, name=name, media_type=TYPES[ending])


def _ticked(fields: Mapping[str, str]) -> tuple[str, ...]:
    """The numbers that are ticked, as many as a page shows."""
    found = [name.removeprefix(TICK) for name in fields if name.startswith(TICK)]
    return tuple(number for number in found if number.isprintable())[:ON_PAGE]


def _gone(numbers: Sequence[str], visit: Visit) -> tuple[Problem, ...]:
    why = visit.words.say("this order does not lie with you any more")
    return tuple(Problem(field=f"{TICK}{one}", text=f"{one}: {why}") for one in numbers)


def _leads_off(problem: Problem, on_page: Collection[str]) -> bool:
    """Whether a problem is one of an order that the page does not show."""
    return problem.field.startswith(TICK) and problem.field not in on_page


def _why(came: Came, visit: Visit) -> str:
    told = "; ".join(flaw.text for flaw in came.problems)
    return (
        visit.words.say(told) if told else visit.words.say("there is nothing to confirm any more")
    )


def _of_query(query: str) -> Filters:
    """The filters of a query that a form carried; of others nothing is taken."""
    return filters.read(dict(parse_qsl(query[:500], max_num_fields=None)))


def _query(asked: Filters, more: Mapping[str, str]) -> str:
    behind = urlencode({name: text for name, text in more.items() if text})
    return f"{asked.query}&{behind}" if behind else asked.query


def _text(place: tuple[int, str]) -> str:
    return f"{place[0]}.{place[1]}"


def _place(text: str) -> tuple[int, str] | None:
    """Where a page goes on; None, the beginning, for what no page of ours wrote."""
    number, dot, one = text[:_LONGEST_PLACE].partition(".")
    if not (dot and number.isdecimal() and one.isprintable()):
        return None
    return (int(number), one) if int(number) <= NEVER else None
