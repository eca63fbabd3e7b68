"""One's own account: name, language, zone, password, second factor, signing out."""

import io
from http import HTTPStatus

import segno
from babel import Locale
from markupsafe import Markup
from starlette.responses import Response

from hub.access import Action
from hub.flow import accounts
from portal.web.ground.answers import see_other
from portal.web.ground.porch import ENROL, Door, Porch, Visit
from portal.web.ground.problems import Problem
from portal.web.ground.words import languages, told, zone_known


def doors(porch: Porch) -> list[Door]:
    """Return the doors that everybody who is signed in may come through."""
    own = Own(porch)
    return [
        Door(method="GET", path="/account", needs=Action.KEEP_OWN_ACCOUNT, endpoint=own.shown),
        Door(method="POST", path="/account", needs=Action.KEEP_OWN_ACCOUNT, endpoint=own.saved),
        Door(
            method="POST",
            path="/account/password",
            needs=Action.KEEP_OWN_ACCOUNT,
            endpoint=own.password,
        ),
        Door(
            method="POST",
            path="/account/sessions",
            needs=Action.KEEP_OWN_ACCOUNT,
            endpoint=own.end_others,
        ),
        Door(method="GET", path=ENROL, needs=Action.KEEP_OWN_ACCOUNT, endpoint=own.enrol),
        Door(method="POST", path=ENROL, needs=Action.KEEP_OWN_ACCOUNT, endpoint=own.enrolled),
        Door(method="POST", path="/sign-out", needs=Action.KEEP_OWN_ACCOUNT, endpoint=own.sign_out),
    ]


class Own:
    """What somebody may set about themselves."""

    def __init__(self, porch: Porch) -> None:
        self._porch = porch

    def shown(self, visit: Visit) -> Response:
        """Show the account."""
        return self._shown(visit, [])

    def _shown(self, visit: Visit, problems: list[Problem]) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        names = [(code, str(Locale.parse(code).get_language_name())) for code in languages()]
        words = {
            "problems": problems,
            "languages": names,
            "saved": visit.query("saved") == "1",
            "ended": visit.query("ended") == "1",
            "sessions": accounts.open_sessions(self._porch.parts, session=visit.session),
        }
        return self._porch.page(visit, "entrance/account.html", words, status=status)

    def saved(self, visit: Visit) -> Response:
        """Keep name, language and zone."""
        name = visit.fields.get("name", "").strip()[:80]
        zone, language = visit.fields.get("zone", "").strip(), visit.fields.get("language", "")
        problems = []
        if not name:
            problems.append(Problem(field="name", text=visit.words.say("Enter your name.")))
        if not zone_known(zone):
            text = visit.words.say("Name a time zone such as America/Chicago.")
            problems.append(Problem(field="zone", text=text))
        if problems or language not in languages():
            return self._shown(visit, problems)
        try:
            accounts.settings(
                self._porch.parts,
                account_id=visit.account.id,
                zone=zone,
                language=language,
                name=name,
            )
        except ValueError as fault:  # of the three only the name was not looked at
            text = told(visit.words.language, str(fault))
            return self._shown(
                visit, [Problem(field="name", text=f"{text[:1].upper()}{text[1:]}.")]
            )
        return see_other(visit.request, "/account?saved=1")

    def password(self, visit: Visit) -> Response:
        """Change the password; every other session of the account ends."""
        problems = accounts.set_password(
            self._porch.parts,
            session=visit.session,
            old=visit.fields.get("old", "")[:256],
            new=visit.fields.get("new", "")[:256],
        )
        if problems:
            said = [Problem(field="new", text=visit.words.say(text)) for text in problems]
            return self._shown(visit, said)
        return see_other(visit.request, "/account?saved=1")

    def end_others(self, visit: Visit) -> Response:
        """End every session but this one."""
        accounts.end_others(self._porch.parts, session=visit.session)
        return see_other(visit.request, "/account?ended=1")

    def enrol(self, visit: Visit) -> Response:
        """Show the key of a second factor, as a picture and as text."""
        return self._enrol(visit, [])

    def _enrol(self, visit: Visit, problems: list[Problem]) -> Response:
        if visit.account.has_totp:
            return see_other(visit.request, "/account")
        secret, uri = accounts.begin_totp(
            self._porch.parts, account_id=visit.account.id, session_id=visit.session.id
        )
        drawn = io.BytesIO()
        segno.make(uri, error="m").save(
            drawn, kind="svg", xmldecl=False, svgns=False, scale=4, border=2, omitsize=True
        )
        words = {
            "problems": problems,
            "codes": (),
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            # Drawn by us from a key of ours: nobody's words are in it.
            "picture": Markup(drawn.getvalue().decode()),  # noqa: S704
        }
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return self._porch.page(visit, "entrance/enrol.html", words, status=status)

    def enrolled(self, visit: Visit) -> Response:
        """Turn the second factor on, once a code proves that the app has the key."""
        codes = accounts.confirm_totp(
            self._porch.parts,
            account_id=visit.account.id,
            code=visit.fields.get("code", "")[:10],
            session_id=visit.session.id,
        )
        if not codes:
            text = visit.words.say("This code does not fit. Enter the newest one.")
            return self._enrol(visit, [Problem(field="code", text=text)])
        words = {"problems": [], "codes": codes, "secret": "", "picture": ""}
        return self._porch.page(visit, "entrance/enrol.html", words)

    def sign_out(self, visit: Visit) -> Response:
        """End the session, here and in the browser."""
        accounts.sign_out(self._porch.parts, cookie=visit.cookie)
        return self._porch.take_cookie(see_other(visit.request, "/sign-in"))
