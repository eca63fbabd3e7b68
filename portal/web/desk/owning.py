"""What the desk sets for a partner beside its page, as the partner's own people may."""

from collections.abc import Mapping
from datetime import date

from hub.domain import carriers
from hub.domain.exchange import Problem, Where
from hub.errors import Refused
from hub.flow import own_settings
from hub.flow.parts import Parts


def changed(parts: Parts, partner: str, fields: Mapping[str, str], *, who: str) -> bool:
    """Do what a form of the partner's page says; False for no form of ours.

    Raises Refused with what is wrong, KeyError for no such partner.
    """
    match fields.get("do", ""):
        case "zone":
            own_settings.set_zone(parts, partner, fields.get("zone", "")[:64], who=who)
        case "closed":
            own_settings.close_on(parts, partner, _day(fields), who=who)
        case "opened":
            own_settings.open_on(parts, partner, _day(fields), who=who)
        case "carriers":
            words = [word for word in carriers.KNOWN if f"carrier-{word}" in fields]
            own_settings.set_carriers(parts, partner, words, who=who)
        case "back":
            setting, subject = fields.get("setting", "")[:20], fields.get("subject", "")[:20]
            own_settings.take_back(parts, partner, setting, subject, who=who)
        case _:
            return False
    return True


def _day(fields: Mapping[str, str]) -> date:
    try:
        return date.fromisoformat(fields.get("day", "").strip())
    except ValueError:
        raise Refused(
            [Problem(code="own-setting", text="choose the day", where=Where(path="day"))]
        ) from None
