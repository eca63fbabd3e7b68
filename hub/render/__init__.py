"""What people get on paper or by mail: slips, labels, mails, by the brand's texts.

What lives here: the customer's words, filling in a brand's texts, making mails of them; the
packing slip comes with the supplier's portal. What does not: pages (portal), decisions (domain),
sending (transports), the clock and randomness: they are passed in.
Who may come in: flow and portal.
"""

from hub.render.by_hand import BY_HAND
from hub.render.mails import Letterhead, mail, said
from hub.render.news import NEWS, spoken
from hub.render.news_changes import change_mail, change_told, tells_of_parcels
from hub.render.occasion import News, Occasion
from hub.render.texts import filled
from hub.render.user_mails import UserLetter, user_mail

__all__ = [
    "BY_HAND",
    "NEWS",
    "Letterhead",
    "News",
    "Occasion",
    "UserLetter",
    "change_mail",
    "change_told",
    "filled",
    "mail",
    "said",
    "spoken",
    "tells_of_parcels",
    "user_mail",
]
