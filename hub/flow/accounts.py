"""People's accounts, from the invitation to the last session: one door to the modules beside it.

Invitations and roles are `accounts_people`, coming in and going `accounts_signing`, second factors
`accounts_factors`, one's own password and drafts `accounts_own`, links to one act `accounts_acts`.
"""

from datetime import timedelta

from hub.flow.accounts_acts import Act, ActLink, act_link, end_acts, peek_act, reopen_act, use_act
from hub.flow.accounts_common import LANGUAGES, Account, LinkKind, caller
from hub.flow.accounts_factors import begin_totp, confirm_totp, end_totp, reset_totp
from hub.flow.accounts_own import (
    DRAFT_FOR,
    OpenSession,
    draft,
    drop_draft,
    end_others,
    holder,
    keep_draft,
    open_sessions,
    set_password,
)
from hub.flow.accounts_people import (
    Invited,
    LastKeeper,
    account,
    change_role,
    disable,
    enable,
    end_sessions,
    invite,
    invite_by_link,
    listed,
    settings,
)
from hub.flow.accounts_signing import (
    AT_MOST,
    Peeked,
    Session,
    SignedIn,
    Step,
    ask_link,
    peek,
    second,
    session,
    sign_in,
    sign_out,
    use_link,
    watching,
)
from hub.flow.parts import Parts
from hub.store import Transaction

ACTS_KEPT = timedelta(days=1)

__all__ = [
    "LANGUAGES",
    "Account",
    "Act",
    "ActLink",
    "Invited",
    "LastKeeper",
    "LinkKind",
    "OpenSession",
    "Peeked",
    "Session",
    "SignedIn",
    "Step",
    "account",
    "act_link",
    "ask_link",
    "begin_totp",
    "caller",
    "change_role",
    "confirm_totp",
    "disable",
    "draft",
    "drop_draft",
    "enable",
    "end_acts",
    "end_others",
    "end_sessions",
    "end_totp",
    "forget",
    "holder",
    "invite",
    "invite_by_link",
    "keep_draft",
    "listed",
    "open_sessions",
    "peek",
    "peek_act",
    "reopen_act",
    "reset_totp",
    "second",
    "session",
    "set_password",
    "settings",
    "sign_in",
    "sign_out",
    "use_act",
    "use_link",
    "watching",
]


def forget(parts: Parts) -> int:
    """Remove sessions, links and drafts that are over; returns how many.

    Of several workers one does, once an hour; the others, and later calls, do nothing.
    """
    now = parts.now()
    hour = now.replace(minute=0, second=0, microsecond=0)

    def work(tx: Transaction) -> int:
        if not tx.duties.fire(schedule="accounts", due_at=hour):
            return 0
        gone = tx.sessions.forget(sessions=now - max(AT_MOST.values()), others=now - ACTS_KEPT)
        return gone + tx.accounts.forget_drafts(before=now - DRAFT_FOR)

    return parts.store.write(work)
