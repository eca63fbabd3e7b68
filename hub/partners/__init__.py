"""Pages of configuration: one partner is one page, one brand is one page.

What lives here: reading the texts of those pages into frozen values, and saying every mistake at
once with its file, line, key and way out; the partner's working calendar. What does not: reading
files (`hub.settings`), secrets (a page names them, `hub.settings.secret` fetches them when a
connection is made), what a transport or format can be told (their typed `Config` is handed in).
Who may come in: flow, main, cli, portal. It imports domain, errors and settings at most.
"""

from hub.partners.brand_texts import HOLE, TEXTS, BrandTexts
from hub.partners.brands import Brand, load_brands
from hub.partners.colours import Colours
from hub.partners.load import load
from hub.partners.model import Channel, Limits, Partner, Partners, Territory
from hub.partners.own import NothingSet, Own, Owned
from hub.partners.schema import schema
from hub.partners.working_time import Calendar

__all__ = [
    "HOLE",
    "TEXTS",
    "Brand",
    "BrandTexts",
    "Calendar",
    "Channel",
    "Colours",
    "Limits",
    "NothingSet",
    "Own",
    "Owned",
    "Partner",
    "Partners",
    "Territory",
    "load",
    "load_brands",
    "schema",
]
