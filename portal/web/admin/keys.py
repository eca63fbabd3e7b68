"""API keys of brands and partners: made and shown once, seen by their last use, revoked."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.flow.api_keys import (
    LONGEST_LABEL,
    RotatedBefore,
    make_key,
    revoke_key,
    rotate_key,
    successor_of,
)
from hub.flow.webhooks import Owner
from hub.store import KeyRow
from portal.web.admin.owners import choices, named, owner
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

LIST = "/settings/keys"
LIVES: Mapping[str, tuple[str, timedelta | None]] = {
    "90": ("90 days", timedelta(days=90)),
    "30": ("30 days", timedelta(days=30)),
    "365": ("a year", timedelta(days=365)),
    "": ("until it is revoked", None),
}
OVERLAPS = {"24": "a day", "168": "a week", "0": "not at all"}


class Keys:
    """The list with the form for another one, and a page from which a key is revoked."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def listed(self, visit: Visit) -> Response:
        """Show the keys that are good, newest first; the others when they are asked for."""
        return self._list(visit, [], made="")

    def _list(self, visit: Visit, problems: list[Problem], *, made: str) -> Response:
        now, every = visit.words.now, visit.query("show") == "all"
        rows = [self._shown(row) for row in self._rows() if every or row.is_good(now)]
        words = {
            "problems": problems,
            "typed": visit.fields if problems else {},
            "made": made,
            "revoked": visit.query("revoked") == "1",
            "keys": rows,
            "now": now,
            "every": every,
            "owners": choices(self._porch.parts),
            "lives": [(name, visit.words.say(text)) for name, (text, _) in LIVES.items()],
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/keys.html", words, status=status)

    def _rows(self) -> list[KeyRow]:
        with self._porch.parts.store.read() as tx:
            return tx.keys.page()[::-1]

    def _shown(self, row: KeyRow) -> tuple[KeyRow, str]:
        return row, named(self._porch.parts, brand=row.brand, partner=row.partner)

    def make(self, visit: Visit) -> Response:
        """Make a key and show it, this once."""
        chosen = owner(self._porch.parts, visit.fields.get("owner", ""))
        label, life = visit.fields.get("label", "").strip(), visit.fields.get("life", "90")
        problems = []
        if chosen is None:
            text = visit.words.say("Choose whose key it is.")
            problems.append(Problem(field="owner", text=text))
        if not label or len(label) > LONGEST_LABEL or not label.isprintable():
            text = visit.words.say("Say in a few words what the key is for.")
            problems.append(Problem(field="label", text=text))
        if life not in LIVES:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        if chosen is None or problems:
            return self._list(visit, problems, made="")
        return self._list(visit, [], made=self._made(visit, chosen, label, LIVES[life][1]))

    def _made(self, visit: Visit, whose: Owner, label: str, life: timedelta | None) -> str:
        made = make_key(self._porch.parts, whose, label=label, life=life, who=visit.account.id)
        return made.secret

    def one(self, visit: Visit) -> Response:
        """Show a key and ask whether it is to be revoked."""
        return self._one(visit, [])

    def _one(self, visit: Visit, problems: list[Problem]) -> Response:
        found = next((row for row in self._rows() if row.id == visit.path("key")), None)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        row, of = self._shown(found)
        with self._porch.parts.store.read() as tx:
            successor = successor_of(tx, row.id)
        words = {
            "key": row,
            "of": of,
            "successor": successor,
            "now": visit.words.now,
            "overlaps": [(name, visit.words.say(text)) for name, text in OVERLAPS.items()],
            "problems": problems,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/key.html", words, status=status)

    def rotate(self, visit: Visit) -> Response:
        """Make another key of the same kind and show it, this once; the old one ends later."""
        hours = visit.fields.get("overlap", "")
        if hours not in OVERLAPS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            made = rotate_key(
                self._porch.parts,
                visit.path("key"),
                overlap=timedelta(hours=int(hours)),
                who=visit.account.id,
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if isinstance(made, RotatedBefore):
            text = visit.words.say("This key was rotated already: no other one was made.")
            return self._one(visit, [Problem(field="", text=text)])
        return self._list(visit, [], made=made.secret)

    def revoke(self, visit: Visit) -> Response:
        """End a key; running processes forget it within seconds."""
        try:
            revoke_key(self._porch.parts, visit.path("key"), who=visit.account.id)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return see_other(visit.request, f"{LIST}?revoked=1")
