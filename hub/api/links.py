"""Links to an order's status page, for mails and account pages of the storefront."""

from http import HTTPStatus

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hub.access import Action, Caller
from hub.api import asking
from hub.api.answers import Declined, answer, dumped
from hub.api.keyring import Keyring, sells
from hub.api.shown import Shown
from hub.flow import visiting
from hub.flow.parts import Parts


class ShownLink(Shown):
    """A link that opens the order's page without names and streets; it is shown once."""

    url: str = Field(examples=["https://orders.juniper.example.com/s/mfrggzdfmztwq2lk"])
    expires_at: str


class Links:
    """Makes links for the brand of the key."""

    def __init__(self, parts: Parts, keyring: Keyring) -> None:
        self._parts = parts
        self._keyring = keyring

    async def post(self, request: Request) -> Response:
        """Make one more link to an order; raises Declined with 404 for no such order.

        The body is left alone. 409 tells that the brand's page names no host to link to.
        """
        caller = await self._keyring.caller(request, Action.LINK_ORDER)
        asking.no_query(request)
        sells(self._parts, caller)
        number = asking.number_in_path(request)
        if number is None:
            raise _missing()
        made = await run_in_threadpool(self._made, caller, number)
        shown = {"url": made.url, "expires_at": made.expires_at.isoformat()}
        return answer(dumped(shown), status=HTTPStatus.CREATED)

    def _made(self, caller: Caller, number: str) -> visiting.Link:
        try:
            return visiting.make_link(
                self._parts, brand=caller.brand, number=number, who=f"key:{caller.key_id}"
            )
        except KeyError:
            raise _missing() from None
        except ValueError as fault:
            raise Declined(HTTPStatus.CONFLICT, "no-pages", str(fault)) from None


def _missing() -> Declined:
    return Declined(
        HTTPStatus.NOT_FOUND, "no-order", "your brand has no order of that number; check it"
    )
