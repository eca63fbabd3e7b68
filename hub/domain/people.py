"""Which places of a paper hold people's words, told by the names that partners give them."""

import re

# Parts of names, in lower case. A wrong guess hides a value that somebody could have read, or
# shows a name to those who may see the order anyway: better the former.
_WORDS = (
    "address|attention|birth|city|comment|consignee|contact|country|deliverto|description|email|"
    "e-mail|fax|gift|greeting|instruction|mail|message|mobile|name|note|party|person|phone|"
    "postal|postcode|recipient|receiver|region|remark|salutation|sharedsecret|shipto|street|tel|"
    "text|town|zip"
)
_PEOPLE = re.compile(rf"(?:^|[/@:._-])[a-z0-9]*(?:{_WORDS})", re.IGNORECASE)


def is_about_people(path: str) -> bool:
    """Say whether a path (`/Order/ShipTo/Street`, `/ship_to/name`) leads to a person's words."""
    return _PEOPLE.search(path) is not None
