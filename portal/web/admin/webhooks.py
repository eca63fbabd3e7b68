"""Endpoints that are told of what happens: what waits, what is dead, replay, secrets."""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hub.access import sees
from hub.domain.webhooks import BRAND_TYPES, PARTNER_TYPES, Batch, Heard
from hub.errors import Refused
from hub.flow import accounts, webhooks
from hub.flow.webhook_told import MOST_AGAIN, Taking, choose_types, tell_again, told
from hub.flow.webhook_turns import try_now
from hub.flow.webhooks import NewWebhook, Owner, Seen
from hub.store import WebhookRow
from portal.web.admin.owners import choices, named, owner
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem, of_the_hub

LIST = "/settings/webhooks"
MOST_SHOWN = 100
OVERLAPS = {"24": "a day", "168": "a week", "0": "not at all"}
LONGEST_URL = 2_000
DONE = {
    "replayed": "They are sent once more.",
    "resumed": "It is called again and told what it missed.",
    "called": "It is called already.",
    "took": "It took a test event.",
    "removed": "The endpoint is removed.",
    "types": "From now on it is told of what is ticked.",
}
TAKINGS = {Taking.TAKEN: "taken", Taking.WAITING: "still tried", Taking.DEAD: "not taken"}
BATCHES = (1, 10, 50, 100)
BATCH_SECONDS = 60


class Webhooks:
    """The list with the form for another one, and a page for each endpoint."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    # --- all ------------------------------------------------------------------------------------

    def listed(self, visit: Visit) -> Response:
        """Show every endpoint that the visitor may see."""
        return self._list(visit, [])

    def _list(self, visit: Visit, problems: list[Problem]) -> Response:
        parts = self._porch.parts
        found = [one for one in webhooks.endpoints(parts, None) if _sees(visit, one.row)]
        words = {
            "problems": problems,
            "typed": visit.fields if problems else {},
            "done": DONE.get(visit.query("done"), ""),
            "endpoints": [(one, self._of(one.row)) for one in found],
            "owners": self._owners(visit),
            "kinds": (("", BRAND_TYPES), ("partner", PARTNER_TYPES)),
            "batches": [(str(n), str(n)) for n in BATCHES],
            "ticked": _types(visit) if problems else (),
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/webhooks.html", words, status=status)

    def _owners(self, visit: Visit) -> list[tuple[str, str]]:
        """Whose endpoints the visitor may make."""
        caller = accounts.caller(visit.account)
        return [
            (value, name)
            for value, name in choices(self._porch.parts)
            if caller.brands is None or sees(caller, brand=value.removeprefix("brand:"))
        ]

    def _of(self, row: WebhookRow) -> str:
        return named(self._porch.parts, brand=row.brand, partner=row.partner)

    def register(self, visit: Visit) -> Response:
        """Register an endpoint and show its secret, this once; it is not called yet."""
        parts, chosen = self._porch.parts, visit.fields.get("owner", "")
        whose = owner(parts, chosen) if chosen in dict(self._owners(visit)) else None
        if whose is None:
            text = visit.words.say("Choose who is told.")
            return self._list(visit, [Problem(field="owner", text=text)])
        new = NewWebhook(
            url=visit.fields.get("url", "").strip()[:LONGEST_URL],
            types=_types(visit),
            batch=_batch(visit),
        )
        try:
            made = webhooks.register(parts, whose, new, who=visit.account.id)
        except Refused as refusal:
            return self._list(visit, _told_of(refusal))
        return self._page(visit, made.seen, [], secret=made.secret)

    # --- one ------------------------------------------------------------------------------------

    def one(self, visit: Visit) -> Response:
        """Show an endpoint with what it did not take."""
        return self._page(visit, self._seen(visit), [], secret="")

    def _seen(self, visit: Visit) -> Seen:
        try:
            found = webhooks.endpoint(self._porch.parts, None, visit.path("webhook"))
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        if not _sees(visit, found.row):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return found

    def _page(self, visit: Visit, seen: Seen, problems: list[Problem], *, secret: str) -> Response:
        dead = webhooks.dead_list(self._porch.parts, None, seen.row.id, limit=MOST_SHOWN)
        words = {
            "one": seen,
            "of": self._of(seen.row),
            "dead": dead,
            "secret": secret,
            "problems": problems,
            "done": DONE.get(visit.query("done"), ""),
            "told": told(self._porch.parts, None, seen.row.id, before=_before(visit)),
            "takings": {str(one): visit.words.say(text) for one, text in TAKINGS.items()},
            "types": Owner(brand=seen.row.brand, partner=seen.row.partner).types,
            "overlaps": [(name, visit.words.say(text)) for name, text in OVERLAPS.items()],
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/webhook.html", words, status=status)

    def rotate(self, visit: Visit) -> Response:
        """Make a new secret and show it, this once."""
        seen, hours = self._seen(visit), visit.fields.get("overlap", "")
        if hours not in OVERLAPS:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            made = webhooks.rotate(
                self._porch.parts,
                None,
                seen.row.id,
                overlap=timedelta(hours=int(hours)),
                who=visit.account.id,
            )
        except Refused as refusal:
            told = of_the_hub(refusal.problems, field="overlap")
            return self._page(visit, seen, told, secret="")
        return self._page(visit, made.seen, [], secret=made.secret)

    def types(self, visit: Visit) -> Response:
        """Tell an endpoint of the ticked events from now on, of all without a tick."""
        seen = self._seen(visit)
        try:
            choose_types(self._porch.parts, None, seen.row.id, _types(visit), who=visit.account.id)
        except Refused as refusal:
            return self._page(visit, seen, _told_of(refusal), secret="")
        return _done(visit, seen, "types")

    def tell_again(self, visit: Visit) -> Response:
        """Send the ticked events of those that it was told of once more."""
        seen = self._seen(visit)
        ticked = [name.removeprefix("p-") for name in visit.fields if name.startswith("p-")]
        places = [int(one) for one in ticked if one.isdecimal() and len(one) < 19]
        if not places or len(places) > MOST_AGAIN:
            text = visit.words.say("Tick what is to be sent once more.")
            return self._page(visit, seen, [Problem(field="told", text=text)], secret="")
        try:
            tell_again(self._porch.parts, None, seen.row.id, places, who=visit.account.id)
        except KeyError:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return _done(visit, seen, "replayed")

    def try_it(self, visit: Visit) -> Response:
        """Call an endpoint with a test event now, and tell what it answered."""
        seen, parts = self._seen(visit), self._porch.parts
        tried = try_now(parts, seen.row.id, who=visit.account.id)
        if tried.heard is Heard.TAKEN:
            return _done(visit, seen, "took")
        text = visit.words.say("It did not take the test event: %(why)s", {"why": tried.why})
        return self._page(visit, seen, [Problem(field="", text=text)], secret="")

    def replay(self, visit: Visit) -> Response:
        """Send dead messages once more: those that were ticked, or all of them."""
        seen = self._seen(visit)
        ticked = [name.removeprefix("m-") for name in visit.fields if name.startswith("m-")]
        if not ticked and visit.fields.get("all") != "1":
            text = visit.words.say("Tick what is to be sent once more.")
            return self._page(visit, seen, [Problem(field="dead", text=text)], secret="")
        try:
            webhooks.replay(
                self._porch.parts,
                None,
                seen.row.id,
                [] if visit.fields.get("all") == "1" else ticked,
                who=visit.account.id,
            )
        except KeyError:  # somebody else sent it in the meantime
            text = visit.words.say("Not all of these are dead any more; nothing was sent.")
            return self._page(visit, seen, [Problem(field="dead", text=text)], secret="")
        return _done(visit, seen, "replayed")

    def resume(self, visit: Visit) -> Response:
        """Call an endpoint again that was given up."""
        seen = self._seen(visit)
        again = webhooks.resume(self._porch.parts, None, seen.row.id, who=visit.account.id)
        return _done(visit, seen, "resumed" if again else "called")

    def remove_form(self, visit: Visit) -> Response:
        """Ask whether an endpoint is to be removed."""
        seen = self._seen(visit)
        words = {"one": seen, "of": self._of(seen.row)}
        return self._porch.page(visit, "admin/webhook_remove.html", words)

    def remove(self, visit: Visit) -> Response:
        """Forget an endpoint, its secrets and what it was not told yet."""
        seen = self._seen(visit)
        webhooks.remove(self._porch.parts, None, seen.row.id, who=visit.account.id)
        return see_other(visit.request, f"{LIST}?done=removed")


def _sees(visit: Visit, row: WebhookRow) -> bool:
    """Who sees only some brands sees their endpoints, and no partner's."""
    caller = accounts.caller(visit.account)
    return caller.brands is None or (row.brand != "" and sees(caller, brand=row.brand))


def _types(visit: Visit) -> tuple[str, ...]:
    """The events that were ticked; none are all."""
    ticked = (name.removeprefix("t-") for name in visit.fields if name.startswith("t-"))
    return tuple(sorted(ticked))


def _batch(visit: Visit) -> Batch:
    events = visit.fields.get("batch", "1")
    if events not in {str(n) for n in BATCHES[1:]}:
        return Batch()
    return Batch(events=int(events), seconds=BATCH_SECONDS)


def _before(visit: Visit) -> int:
    said = visit.query("before")
    return int(said) if said.isdecimal() and len(said) < 19 else 0


def _told_of(refusal: Refused) -> list[Problem]:
    return [
        Problem(field="types" if one.code == "type" else "url", text=one.text, code=one.code)
        for one in refusal.problems
    ]


def _done(visit: Visit, seen: Seen, what: str) -> Response:
    return see_other(visit.request, f"{LIST}/{quote(seen.row.id)}?done={what}")
