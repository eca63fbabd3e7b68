"""What a partner's name of an article stands for: said once, for every paper that waits for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.errors import Refused
from hub.flow import accounts
from hub.flow.naming import LONGEST_NAME, SaidBefore, forget_name, said_name, say_name
from hub.flow.parts import Parts
from hub.ops.desk import mending
from hub.ops.desk.causes import cause
from hub.ops.desk.naming import Choice, Unnamed, sought, unnamed, unnamed_of
from hub.ops.desk.shown import partner_name
from hub.store import NameRow
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

LONGEST_ID = 80
FIND = "find"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the page is about: a name of a partner's, and the paper or cause that one came from."""

    partner: str
    name: str
    paper: str
    cause: str

    @property
    def back(self) -> str:
        """The page that one came from."""
        if self.paper:
            return f"/documents/{self.paper}"
        return f"/parked/{self.cause}" if self.cause else f"/partners/{quote(self.partner)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What stands in the form: the articles to choose from, what is chosen, what was looked for.

    `seen` is what the name stands for as far as the one who looks knows.
    """

    unknown: Unnamed | None
    found: tuple[Choice, ...] = ()
    sought: str = ""
    chosen: str = ""
    seen: str = ""

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The lines that nothing else took."""
        return self.unknown.choices if self.unknown else ()


class Naming:
    """Saying what names stand for, and taking it back."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def form(self, visit: Visit) -> Response:
        """Ask what a name stands for; what is left of the order comes first."""
        asked = _asked(visit, self._porch.parts, visit.query)
        known = self._known(asked)
        form = _Form(unknown=self._unknown(asked), seen=known.sku if known else "")
        if len(form.choices) == 1:
            form = replace(form, chosen=form.choices[0].sku)
        return self._page(visit, asked, form, [])

    def say(self, visit: Visit) -> Response:
        """Keep what a name stands for and run its paper again; or look for an article first."""
        asked = self._still(
            _asked(visit, self._porch.parts, lambda name: visit.fields.get(name, ""))
        )
        form = self._filled(visit, asked)
        if visit.fields.get("do") == FIND or not form.chosen:
            return self._page(visit, asked, form, _not_chosen(visit, form))
        try:
            say_name(
                self._porch.parts,
                asked.partner,
                asked.name,
                form.chosen,
                who=visit.account.id,
                instead_of=form.seen,
                paper=asked.paper,
            )
        except Refused as refusal:
            told = [
                Problem(field=one.where.path, text=one.text, code=one.code)
                for one in refusal.problems
            ]
            return self._page(visit, asked, form, told)
        except SaidBefore as before:
            form = replace(form, seen=before.row.sku)
            return self._page(visit, asked, form, [self._before(visit, before.row)])
        return see_other(visit.request, f"{asked.back}?done={self._then(visit, asked)}")

    def _then(self, visit: Visit, asked: _Asked) -> str:
        """Run the paper again that it was said for; a group waits for what its trial shows."""
        if not asked.paper:
            return "named"
        [outcome] = mending.rerun(self._porch.parts, [asked.paper], who=visit.account.id)
        return "named" if outcome.done else "named-only"

    def forget(self, visit: Visit) -> Response:
        """Take back what a name stands for."""
        partner = _partner(visit, self._porch.parts)
        try:
            name = visit.fields.get("name", "")
            forget_name(self._porch.parts, partner, name, who=visit.account.id)
        except Refused:
            pass  # somebody else took it back meanwhile: it is as it was asked for
        return see_other(visit.request, f"/partners/{quote(partner)}?done=forgotten")

    # --- what the page shows ---------------------------------------------------------------------

    def _unknown(self, asked: _Asked) -> Unnamed | None:
        """What is known of the name where one came from; raises 404 for a paper of others."""
        parts, found = self._porch.parts, tuple[Unnamed, ...]()
        try:
            if asked.paper:
                with parts.store.read() as tx:
                    theirs = tx.exchange.document(asked.paper).partner
                found = unnamed(parts, asked.paper)
            elif asked.cause:
                group = cause(parts, asked.cause)
                theirs, found = group.partner, unnamed_of(parts, group)
            else:
                return None
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if theirs != asked.partner:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return next((one for one in found if one.name == asked.name), None)

    def _still(self, asked: _Asked) -> _Asked:
        """What one came from as far as it is still there: others may have settled it meanwhile."""
        parts = self._porch.parts
        try:
            if asked.cause and not asked.paper:
                cause(parts, asked.cause)
        except KeyError:
            return replace(asked, cause="")
        return asked

    def _known(self, asked: _Asked) -> NameRow | None:
        with self._porch.parts.store.read() as tx:
            return said_name(tx, asked.partner, asked.name)

    def _filled(self, visit: Visit, asked: _Asked) -> _Form:
        """What was filled in: what is typed is looked for, and an id in full is chosen by it."""
        fields = visit.fields
        typed = _seen(fields.get("other", ""))
        text = typed or _seen(fields.get("sought", ""))
        found = sought(self._porch.parts, asked.partner, text)
        whole = [one.sku for one in found if typed.upper() in _ids(one)]
        chosen = _seen(fields.get("sku", ""))
        if typed:
            chosen = whole[0] if len(whole) == 1 else ""
        return _Form(
            unknown=self._unknown(asked),
            found=found,
            sought=text,
            chosen=chosen,
            seen=_seen(fields.get("seen", "")),
        )

    def _before(self, visit: Visit, row: NameRow) -> Problem:
        text = visit.words.say(
            "%(who)s said %(when)s that %(name)s stands for %(sku)s. Save again to put yours in "
            "its place.",
            {
                "who": people(self._porch.parts).get(row.who, row.who),
                "when": visit.words.distance(row.said_at),
                "name": row.name,
                "sku": row.sku,
            },
        )
        return Problem(field="sku", text=text)

    def _page(
        self, visit: Visit, asked: _Asked, form: _Form, problems: Sequence[Problem]
    ) -> Response:
        parts = self._porch.parts
        words = {
            "asked": asked,
            "partner_name": partner_name(parts, asked.partner),
            "form": form,
            "known": self._known(asked),
            "people": people(parts),
            "problems": problems,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "desk/names.html", words, status=status)


def _seen(text: str) -> str:
    """What is typed or carried, without signs that nobody types."""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:LONGEST_ID]


def _ids(one: Choice) -> set[str]:
    return {each.upper() for each in (one.sku, *one.called)}


def _not_chosen(visit: Visit, form: _Form) -> list[Problem]:
    """What to tell of a form with nothing chosen; nothing while somebody looks around."""
    if form.found:
        if visit.fields.get("do") == FIND:
            return []
        return [Problem(field="sku", text=visit.words.say("Choose the article that it is."))]
    if form.sought:
        none = visit.words.say(
            "No article that this partner offers has these words. Try fewer, or a SKU."
        )
        return [Problem(field="other", text=none)]
    field = "sku" if form.choices else "other"
    asks = visit.words.say("Choose the article, or look for it by its SKU or a word.")
    return [Problem(field=field, text=asks)]


def _asked(visit: Visit, parts: Parts, asks: Callable[[str], str]) -> _Asked:
    return _Asked(
        partner=_partner(visit, parts),
        name=asks("name").strip()[: LONGEST_NAME + 1],
        paper=_seen(asks("paper")),
        cause=_seen(asks("cause")),
    )


def _partner(visit: Visit, parts: Parts) -> str:
    """The partner that the path names; 404 where no page has one."""
    partner = visit.path("id")
    if partner not in {one.id for one in parts.partners.all}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return partner


def people(parts: Parts) -> dict[str, str]:
    """Return what people are called, by their account."""
    return {one.id: one.name for one in accounts.listed(parts)}
