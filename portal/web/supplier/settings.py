"""What a supplier sets: who of its people may come in, how each hears of new work, and its firm.

What its page alone says (days of work, limits, channels) is shown; who keeps the hub changes it.
"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import Action, Role, may
from hub.flow import accounts, supplier_notices
from hub.flow.accounts import Account
from hub.flow.supplier_notices import Notice
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.supplier.firm import firm

ROLES = {Role.SUPPLIER_USER: "Works here", Role.SUPPLIER_ADMIN: "Works here and keeps people"}
NOTICES = {
    Notice.IMMEDIATE: "At once, an e-mail an order",
    Notice.DAYTIME: "At once, but at night not before 7:00",
    Notice.DIGEST: "Once a day, at 7:00",
    Notice.NONE: "Not at all",
}
SECOND_CLICK = timedelta(seconds=10)


class Settings:
    """One page; every form of it leads back to it."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show what is set."""
        return self._page(visit, [], link="")

    def wrong(self, visit: Visit, problems: list[Problem]) -> Response:
        """Show what is set with what is wrong in one of its forms."""
        return self._page(visit, problems, link="")

    def people(self, visit: Visit) -> Response:
        """Show the same with what was typed into an invitation when the session was over."""
        return self._page(visit, [], link="", typed=self._porch.typed_before(visit))

    def _page(
        self,
        visit: Visit,
        problems: list[Problem],
        *,
        link: str,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        parts, said = self._porch.parts, visit.words.say
        keeps = may(accounts.caller(visit.account), Action.KEEP_OWN_USERS)
        people = accounts.listed(parts, partner=visit.partner) if keeps else ()
        just = visit.query("closed")
        words = {
            "problems": problems,
            "typed": visit.fields if problems else typed or {},
            "link": link,
            "keeps": keeps,
            "people": people,
            "closed": next((one for one in people if one.disabled and one.id == just), None),
            "roles": [(str(role), said(text)) for role, text in ROLES.items()],
            "notice": supplier_notices.wish(parts, visit.account.id),
            "notices": [(str(one), said(text)) for one, text in NOTICES.items()],
            "firm": firm(parts, visit),
            "saved": visit.query("saved"),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "supplier/settings.html", words, status=status)

    # --- one's own ------------------------------------------------------------------------------

    def notice(self, visit: Visit) -> Response:
        """Keep how the visitor wants to hear of new work."""
        try:
            wish = Notice(visit.fields.get("notice", ""))
        except ValueError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        supplier_notices.set_wish(self._porch.parts, visit.account.id, wish)
        return _saved(visit)

    # --- people ---------------------------------------------------------------------------------

    def invite(self, visit: Visit) -> Response:
        """Invite somebody of the visitor's own company."""
        role = _role(visit)
        try:
            link = self._invited(
                visit, visit.fields.get("email", "")[:254], visit.fields.get("name", ""), role
            )
        except ValueError as fault:
            return self._page(visit, [Problem(field="email", text=_sentence(fault))], link="")
        return self._page(visit, [], link=link) if link else _saved(visit)

    def _invited(self, visit: Visit, email: str, name: str, role: Role) -> str:
        """Mail a link, or return it where the hub mails nobody."""
        parts, who = self._porch.parts, f"user:{visit.account.id}"
        if parts.mail is None:
            return accounts.invite_by_link(
                parts, email=email, name=name, role=role, partner=visit.partner, who=who
            ).url
        if not self._was_just_invited(visit, email):
            accounts.invite(
                parts, email=email, name=name, role=role, partner=visit.partner, who=who
            )
        return ""

    def _was_just_invited(self, visit: Visit, email: str) -> bool:
        """Whether this is a second click: nobody is mailed twice by one."""
        parts = self._porch.parts
        return any(
            person.email.casefold() == email.strip().casefold()
            and parts.now() - person.invited_at < SECOND_CLICK
            for person in accounts.listed(parts, partner=visit.partner)
            if not person.disabled
        )

    def again(self, visit: Visit) -> Response:
        """Invite somebody once more: the earlier link was lost or is over."""
        person = self._other(visit)
        try:
            link = self._invited(visit, person.email, person.name, person.role)
        except ValueError as fault:
            return self._page(visit, [Problem(field="", text=_sentence(fault))], link="")
        return self._page(visit, [], link=link) if link else _saved(visit)

    def disable(self, visit: Visit) -> Response:
        """Close an account; its sessions end at once."""
        return self._closed(visit, closed=True)

    def enable(self, visit: Visit) -> Response:
        """Open an account again."""
        return self._closed(visit, closed=False)

    def _closed(self, visit: Visit, *, closed: bool) -> Response:
        act = accounts.disable if closed else accounts.enable
        person = self._other(visit)
        act(
            self._porch.parts,
            account_id=person.id,
            who=f"user:{visit.account.id}",
            of_partner=visit.partner,
        )
        if closed:
            return see_other(visit.request, f"/settings?saved=1&closed={person.id}")
        return _saved(visit)

    def role(self, visit: Visit) -> Response:
        """Let somebody keep people, or no longer."""
        accounts.change_role(
            self._porch.parts,
            account_id=self._other(visit).id,
            role=_role(visit),
            partner=visit.partner,
            who=f"user:{visit.account.id}",
            of_partner=visit.partner,
        )
        return _saved(visit)

    def _other(self, visit: Visit) -> Account:
        """Return whom the path names; 404 for people of others, and for the visitor.

        Nobody takes their own key away: the last who keeps people would lock everybody out.
        """
        try:
            person = accounts.account(
                self._porch.parts, account_id=visit.path("account"), of_partner=visit.partner
            )
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if person.id == visit.account.id:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return person


def _role(visit: Visit) -> Role:
    found = next((role for role in ROLES if role == visit.fields.get("role", "")), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _saved(visit: Visit) -> Response:
    return see_other(visit.request, "/settings?saved=1")


def _sentence(fault: ValueError) -> str:
    text = str(fault)
    return f"{text[:1].upper()}{text[1:]}."
