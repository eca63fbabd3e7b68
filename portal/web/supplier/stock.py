"""The supplier's articles with what there is of each: typed, saved, told as a report of changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.domain.feeds import MOST_UNITS
from hub.domain.voiding import UNDO
from hub.flow import accounts, supplier_room, supplier_stock
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.supplier.clicks import key_of

ON_PAGE = 200
UNITS, WAS = "units-", "was-"
FORMER, UNTIL, THEN = "stock/former", "\x00until", ">"
"""Where levels of before are kept, and what stands beside them: no SKU has such a sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """What there was of an article before somebody told its level, and what was told."""

    was: int
    told: int


class Stock:
    """A grid of levels; only what was changed in it is told."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show a page of the articles; the search and the place stand in the address."""
        typed = self._porch.typed_before(visit)
        if typed:
            return self._page(visit, typed.get("q", ""), typed.get("after", ""), [], typed)
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
            key = key_of(self._porch, visit)
            before = supplier_room.said_before(self._porch.parts, visit.partner, key)
            stale = [sku for sku, told in changed.items() if known[sku] != told]
            if before is not None and before.went_through and stale:
                return self._page(visit, text, after, _left(visit, stale), {})
            came = supplier_stock.tell(
                self._porch.parts,
                visit.partner,
                changed,
                key=key,
                who=f"user:{visit.account.id}",
            )
            if not came.went_through:
                told = "; ".join(flaw.text for flaw in came.problems)
                words = told or visit.words.say("This was not taken; open the page again.")
                return self._page(visit, text, after, [Problem(field="", text=words)], visit.fields)
            self._keep_former(visit, changed)
        query = urlencode({"q": text, "after": after, "saved": len(changed)})
        return see_other(visit.request, f"/stock?{query}")

    def undo(self, visit: Visit) -> Response:
        """Tell the levels of before once more; those that nobody knew stay as they are now.

        An article that is not at what this person told any more is left: somebody knew it better.
        """
        former = self._former(visit)
        if former is None:
            return see_other(visit.request, "/stock")
        put, _ = former
        parts = self._porch.parts
        now = supplier_stock.levels_of(parts, visit.partner, list(put))
        levels = {sku: one.was for sku, one in put.items() if now.get(sku) == one.told}
        left = [sku for sku in put if sku not in levels]
        if not levels:
            accounts.drop_draft(parts, account_id=visit.account.id, form=FORMER)
            return self._page(visit, "", "", _left(visit, left), {})
        came = supplier_stock.tell(
            self._porch.parts,
            visit.partner,
            levels,
            key=key_of(self._porch, visit),
            who=f"user:{visit.account.id}",
        )
        if not came.went_through:
            told = "; ".join(flaw.text for flaw in came.problems)
            words = told or visit.words.say("This was not taken; open the page again.")
            return self._page(visit, "", "", [Problem(field="", text=words)], {})
        accounts.drop_draft(parts, account_id=visit.account.id, form=FORMER)
        if left:
            return self._page(visit, "", "", _left(visit, left), {}, saved=len(levels))
        return see_other(visit.request, f"/stock?saved={len(levels)}")

    def _keep_former(self, visit: Visit, changed: Mapping[str, int]) -> None:
        """Keep what was told of these articles, and what there was as far as the page showed it."""
        former = {
            sku: f"{was}{THEN}{told}"
            for sku, told in changed.items()
            if (was := visit.fields.get(f"{WAS}{sku}", "").strip()).isdecimal() and len(was) <= 10
        }
        until = (self._porch.parts.now() + UNDO).isoformat()
        accounts.keep_draft(
            self._porch.parts,
            account_id=visit.account.id,
            form=FORMER,
            fields={**former, UNTIL: until} if former else {},
        )

    def _former(self, visit: Visit) -> tuple[dict[str, Put], datetime] | None:
        """The levels of before and until when they can be put back; None when there are none."""
        parts = self._porch.parts
        kept = accounts.draft(parts, account_id=visit.account.id, form=FORMER)
        until = datetime.fromisoformat(kept[UNTIL]) if UNTIL in kept else parts.now()
        if until <= parts.now():
            return None
        put = {sku: kept[sku].partition(THEN) for sku in kept if sku != UNTIL}
        return {
            sku: Put(was=int(was), told=int(told)) for sku, (was, _, told) in put.items() if told
        }, until

    def _page(
        self,
        visit: Visit,
        text: str,
        after: str,
        problems: list[Problem],
        typed: Mapping[str, str],
        *,
        saved: int | None = None,
    ) -> Response:
        parts = self._porch.parts
        found = supplier_stock.shelf(parts, visit.partner, text=text, after=after, limit=ON_PAGE)
        asked = visit.query("saved")
        if saved is None and asked.isascii() and asked.isdecimal():
            saved = int(asked)
        former = self._former(visit)
        words = {
            "problems": problems,
            "typed": typed,
            "text": text,
            "after": after,
            "offers": found.offers,
            "next": found.next,
            "heard_at": found.heard_at,
            "counts": parts.partners.get(visit.partner).stock.level != "unlimited",
            "former": len(former[0]) if former else 0,
            "undo_until": former[1] if former else None,
            "saved": saved,
            "once": parts.random(16).hex(),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/stock.html", words, status=status)


def _left(visit: Visit, skus: Sequence[str]) -> list[Problem]:
    """Say of which articles somebody told another level since."""
    said = visit.words.say
    return [
        Problem(
            field=f"{UNITS}{sku}",
            text=said("%(sku)s: another level was told since; it stays as it is.", {"sku": sku}),
        )
        for sku in skus
    ]


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
