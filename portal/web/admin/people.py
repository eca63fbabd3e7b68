"""Everybody who may sign in, ours and suppliers': invited, given a role, closed, let in again."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import HOUSES, House, Role
from hub.flow import accounts
from hub.flow.accounts import Account
from portal.web.admin.owners import named
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

LIST = "/settings/people"
MOST_SHOWN = 200
ROLES = {
    Role.OPERATOR: "Operator: keeps the hub running",
    Role.CLERK: "Clerk: orders and exceptions",
    Role.VIEWER: "Viewer: looks at everything, changes nothing",
    Role.SUPPLIER_ADMIN: "Supplier: orders and own people",
    Role.SUPPLIER_USER: "Supplier: orders",
}
DONE = {
    "role": "The role is changed; the person signs in again.",
    "disable": "The account is closed; its sessions have ended.",
    "enable": "The account is open again.",
    "end-sessions": "Every session has ended.",
    "forget-code": "The second factor is forgotten; the person signs in without it and sets up "
    "another.",
    "again": "Another link is mailed.",
    "invited": "The link is mailed.",
}
# What a refusal speaks of, and the field of the form that says it.
_FIELDS = {"e-mail": "email", "a name": "name", "partner": "partner", "brand": "partner"}


class People:
    """The list with its invitation, and a page for each person."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- all ------------------------------------------------------------------------------------

    def listed(self, visit: Visit) -> Response:
        """Show everybody, or those whom a search finds."""
        return self._list(visit, [], link="")

    def _list(self, visit: Visit, problems: list[Problem], *, link: str) -> Response:
        parts, asked = self._porch.parts, visit.query("who").strip()
        found = [one for one in accounts.listed(parts) if _fits(one, asked.lower())]
        words = {
            "problems": problems,
            "typed": visit.fields if problems else {},
            "link": link,
            "done": DONE.get(visit.query("done"), ""),
            "asked": asked,
            "people": [(one, self._of(one)) for one in found[:MOST_SHOWN]],
            "more": len(found) - MOST_SHOWN,
            "roles": _choices(visit, ROLES),
            "names": {str(role): visit.words.say(text) for role, text in ROLES.items()},
            "partners": sorted((page.name, page.id) for page in parts.partners.all),
            "brands": sorted((one.name, one.id) for one in parts.brands.values()),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/people.html", words, status=status)

    def _of(self, person: Account) -> str:
        """Whose orders the person sees."""
        parts = self._porch.parts
        if person.partner:
            return named(parts, brand="", partner=person.partner)
        return ", ".join(named(parts, brand=one, partner="") for one in person.brands)

    def invite(self, visit: Visit) -> Response:
        """Invite somebody to the desk or to a supplier's portal."""
        role = _role(visit)
        try:
            link = self._invited(
                visit,
                email=visit.fields.get("email", "")[:300],
                name=visit.fields.get("name", ""),
                role=role,
                partner=visit.fields.get("partner", ""),
                brands=_brands(visit),
            )
        except ValueError as fault:
            return self._list(visit, [_told(fault)], link="")
        if link:
            return self._list(visit, [], link=link)
        return see_other(visit.request, f"{LIST}?done=invited")

    def _invited(
        self,
        visit: Visit,
        *,
        email: str,
        name: str,
        role: Role,
        partner: str,
        brands: tuple[str, ...],
    ) -> str:
        """Mail a link, or return it where the hub mails nobody."""
        parts, who = self._porch.parts, visit.account.id
        if parts.mail is None:
            return accounts.invite_by_link(
                parts, email=email, name=name, role=role, partner=partner, brands=brands, who=who
            ).url
        accounts.invite(
            parts, email=email, name=name, role=role, partner=partner, brands=brands, who=who
        )
        return ""

    # --- one ------------------------------------------------------------------------------------

    def one(self, visit: Visit) -> Response:
        """Show a person and what can be done."""
        return self._one(visit, [], link="")

    def _one(self, visit: Visit, problems: list[Problem], *, link: str) -> Response:
        person, parts = self._person(visit), self._porch.parts
        own = {role: text for role, text in ROLES.items() if HOUSES[role] is person.house}
        words = {
            "person": person,
            "of": self._of(person),
            "problems": problems,
            "link": link,
            "done": DONE.get(visit.query("done"), ""),
            "role": visit.words.say(ROLES[person.role]),
            "roles": _choices(visit, own),
            "brands": sorted((one.name, one.id) for one in parts.brands.values()),
            "ours": person.house is House.DESK,
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/person.html", words, status=status)

    def _person(self, visit: Visit) -> Account:
        try:
            return accounts.account(self._porch.parts, account_id=visit.path("account"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None

    def _other(self, visit: Visit) -> Account:
        """Return whom the path names unless it is the visitor: then 404, and no page offers it.

        Who changes others stays what they are, so that there is always one who may.
        """
        person = self._person(visit)
        if person.id == visit.account.id:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return person

    def again(self, visit: Visit) -> Response:
        """Invite somebody once more: the earlier link was lost or is over."""
        person = self._other(visit)
        try:
            link = self._invited(
                visit,
                email=person.email,
                name=person.name,
                role=person.role,
                partner=person.partner,
                brands=person.brands,
            )
        except ValueError as fault:
            return self._one(visit, [_told(fault)], link="")
        return self._one(visit, [], link=link) if link else _done(visit, person, "again")

    def role(self, visit: Visit) -> Response:
        """Give a person another role of the same house, or other brands."""
        person, role = self._other(visit), _role(visit)
        try:
            accounts.change_role(
                self._porch.parts,
                account_id=person.id,
                role=role,
                partner=person.partner,
                brands=_brands(visit),
                who=visit.account.id,
            )
        except accounts.LastKeeper:
            return self._last(visit)
        except ValueError as fault:
            return self._one(visit, [_told(fault)], link="")
        return _done(visit, person, "role")

    def disable(self, visit: Visit) -> Response:
        """Close an account; its sessions and links end at once."""
        person = self._other(visit)
        try:
            accounts.disable(self._porch.parts, account_id=person.id, who=visit.account.id)
        except accounts.LastKeeper:
            return self._last(visit)
        return _done(visit, person, "disable")

    def _last(self, visit: Visit) -> Response:
        text = visit.words.say("Nobody would be left who keeps the hub; nothing was changed.")
        return self._one(visit, [Problem(field="", text=text)], link="")

    def enable(self, visit: Visit) -> Response:
        """Open an account again."""
        person = self._other(visit)
        accounts.enable(self._porch.parts, account_id=person.id, who=visit.account.id)
        return _done(visit, person, "enable")

    def end_sessions(self, visit: Visit) -> Response:
        """End every session of a person, who may sign in again."""
        person = self._other(visit)
        accounts.end_sessions(self._porch.parts, account_id=person.id, who=visit.account.id)
        return _done(visit, person, "end-sessions")

    def forget_code(self, visit: Visit) -> Response:
        """Forget the second factor of a person who lost it."""
        person = self._other(visit)
        accounts.reset_totp(self._porch.parts, account_id=person.id, who=visit.account.id)
        return _done(visit, person, "forget-code")


def _fits(person: Account, asked: str) -> bool:
    words = (person.email, person.name, person.partner, person.role.value, *person.brands)
    return not asked or any(asked in word.lower() for word in words)


def _choices(visit: Visit, roles: dict[Role, str]) -> list[tuple[str, str]]:
    return [(str(role), visit.words.say(text)) for role, text in roles.items()]


def _role(visit: Visit) -> Role:
    found = next((role for role in ROLES if role == visit.fields.get("role", "")), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _brands(visit: Visit) -> tuple[str, ...]:
    """The brands that were ticked; none are all."""
    ticked = (name.removeprefix("brand-") for name in visit.fields if name.startswith("brand-"))
    return tuple(sorted(ticked))


def _told(fault: ValueError) -> Problem:
    text = str(fault)
    field = next((name for word, name in _FIELDS.items() if word in text), "email")
    return Problem(field=field, text=f"{text[:1].upper()}{text[1:]}.")


def _done(visit: Visit, person: Account, what: str) -> Response:
    return see_other(visit.request, f"{LIST}/{person.id}?done={what}")
