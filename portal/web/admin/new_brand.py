"""A new brand by form: its first page is made, checked as at the start, and put to the others.

Where the folder of the brands is not the operator's own, the page is checked and shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from starlette.responses import Response

from hub.errors import ConfigError
from hub.ops.brand_files import Houses, create, on_disk, taken_hosts, unfit_id
from hub.ops.brand_text import Wish, first_page
from hub.partners import Brand
from portal.web.admin.brand_pages import checked, told
from portal.web.admin.brands import LIST
from portal.web.ground.answers import see_other
from portal.web.ground.porch import Porch, Visit
from portal.web.ground.problems import Problem

PATH = "/settings/new-brand"
_FIELDS = frozenset({"name", "hosts", "reply_email", "po_prefix", "buyer_code"})


class NewBrand:
    """The form of a brand to come; `folder` is where it is put, None where none may be."""

    def __init__(self, porch: Porch, folder: Path | None) -> None:
        self._porch = porch
        self._folder = folder

    def form(self, visit: Visit) -> Response:
        """Show the form, empty."""
        return self._form(visit, {}, [], text="")

    def _form(
        self, visit: Visit, fields: Mapping[str, str], problems: list[Problem], *, text: str
    ) -> Response:
        every = sorted(self._there().values(), key=lambda one: one.name)
        words = {
            "fields": fields,
            "problems": problems,
            "text": text,
            "folder": self._folder,
            "brands": [(one.id, one.name) for one in every],
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "admin/new_brand.html", words, status=status)

    def _there(self) -> Mapping[str, Brand]:
        """The brands that may be taken after: those on disk, or those that run."""
        try:
            return on_disk(self._folder) if self._folder else self._porch.parts.brands
        except ConfigError:  # told when the brand is made
            return self._porch.parts.brands

    def make(self, visit: Visit) -> Response:
        """Check what was typed and make the brand of it; its own form comes next."""
        typed = {name: text.strip() for name, text in visit.fields.items()}
        brand_id = typed.get("id", "")
        like = self._there().get(typed.get("like", ""))
        wish = Wish(
            id=brand_id,
            name=typed.get("name", ""),
            hosts=typed.get("hosts", "").replace(",", " ").split(),
            reply_email=typed.get("reply_email", ""),
            buyer_code=typed.get("buyer_code", ""),
            po_prefix=typed.get("po_prefix", ""),
        )
        text = first_page(wish, like)
        if problems := self._wrong_id(brand_id) or self._made(visit, brand_id, text):
            return self._form(visit, visit.fields, problems, text="")
        if self._folder is None:
            return self._form(visit, visit.fields, [], text=text)
        return see_other(visit.request, f"{LIST}/{brand_id}?done=made")

    def _wrong_id(self, brand_id: str) -> list[Problem]:
        taken = self._there().keys() | self._porch.parts.brands.keys()
        why = unfit_id(brand_id, taken)
        return [Problem(field="id", text=why)] if why else []

    def _made(self, visit: Visit, brand_id: str, text: str) -> list[Problem]:
        """Make the brand where one may be; return why the hub would not start with it."""
        parts = self._porch.parts
        if self._folder is None:
            made, problems = checked(parts.brands, brand_id, text)
            houses = Houses(portal=parts.portal_hosts, desk=parts.desk_hosts)
            if made is not None:
                problems = told(brand_id, ConfigError(taken_hosts({brand_id: made}, houses)))
            return [_here(one) for one in problems]
        try:
            create(parts, self._folder, brand_id, text, who=visit.account.id)
        except ConfigError as fault:
            return [_here(one) for one in told(brand_id, fault)]
        return []


def _here(problem: Problem) -> Problem:
    """A mistake of the page at the field of this form that it came from, if it has one."""
    key = problem.text.partition(":")[0].partition("[")[0].partition(".")[0]
    return replace(problem, field=key if key in _FIELDS else "")
