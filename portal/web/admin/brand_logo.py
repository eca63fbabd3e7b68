"""A brand's new logo, judged when it is chosen and kept as a draft until its page is published.

The draft is the operator's own, sealed, and gone after a week (`hub.flow.accounts.keep_draft`).
"""

import base64
from dataclasses import dataclass

from hub.flow import accounts
from hub.ops.brand_files import Picture
from hub.ops.brand_logos import LARGEST_LOGO, PNG, judge_logo
from portal.web.ground.porch import Porch, Visit

LARGEST_UPLOAD = LARGEST_LOGO + 8 * 1024  # bytes; the form around the file is small
_PIECE = 60_000  # characters of a draft


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoDrafts:
    """What an operator chose as a brand's logo and has not published yet."""

    porch: Porch

    def keep(self, visit: Visit, brand_id: str, body: bytes) -> Picture:
        """Judge a file and keep it; raises ValueError with what is wrong with it."""
        is_png = body.startswith(PNG)
        judge_logo(body, is_png=is_png)
        picture = Picture(name="logo.png" if is_png else "logo.svg", body=body)
        text = base64.b64encode(body).decode()
        pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
        self.drop(visit, brand_id)
        for n, piece in enumerate(pieces):
            fields = {"name": picture.name, "piece": piece}
            accounts.keep_draft(
                self.porch.parts,
                account_id=visit.account.id,
                form=_form(brand_id, n),
                fields=fields,
            )
        return picture

    def kept(self, visit: Visit, brand_id: str) -> Picture | None:
        """Return the draft, None when there is none."""
        found = [self._piece(visit, brand_id, n) for n in range(_PIECES)]
        pieces = [one for one in found if one]
        if not pieces:
            return None
        body = base64.b64decode("".join(one["piece"] for one in pieces))
        return Picture(name=pieces[0]["name"], body=body)

    def _piece(self, visit: Visit, brand_id: str, n: int) -> dict[str, str]:
        return accounts.draft(
            self.porch.parts, account_id=visit.account.id, form=_form(brand_id, n)
        )

    def drop(self, visit: Visit, brand_id: str) -> None:
        """Forget the draft."""
        for n in range(_PIECES):
            accounts.drop_draft(
                self.porch.parts, account_id=visit.account.id, form=_form(brand_id, n)
            )


_PIECES = -(-LARGEST_LOGO * 4 // 3 // _PIECE) + 1


def _form(brand_id: str, n: int) -> str:
    return f"brand-logo/{brand_id}/{n}"
