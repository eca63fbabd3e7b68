"""What a partner's papers call our articles, as people said where the catalogue did not know.

It counts for every paper of the partner's that is settled from then on, and only for an article
that none of its own names finds: exactly that name, but for spaces around. What was settled before
stays as it is until it is run again.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property

from hub.domain.exchange import Problem, Where
from hub.domain.hearing import NO_NAMES
from hub.errors import HubError, Refused
from hub.flow.noting import note_command
from hub.flow.parts import Parts
from hub.store import NameRow, OfferRow, Transaction

LONGEST_NAME = 80  # characters
MOST_NAMES = 5_000  # of one partner; more is a catalogue's
OFFERS_AT_ONCE = 200


class Called(Mapping[str, str]):
    """The SKUs that a partner's names stand for, read when the first one is looked for.

    Nearly no paper has an article that nobody knows: such a paper costs nothing more. It is good
    for as long as its transaction.
    """

    def __init__(self, tx: Transaction, partner: str) -> None:
        self._tx = tx
        self._partner = partner

    @cached_property
    def _known(self) -> Mapping[str, str]:
        return names_of(self._tx, self._partner)

    def __getitem__(self, name: str) -> str:
        """Return the SKU that a name stands for; raises KeyError."""
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        """Yield every name."""
        return iter(self._known)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self._known)


def names_of(tx: Transaction, partner: str) -> Mapping[str, str]:
    """Return the SKUs that a partner's names stand for, as people said.

    A name that the catalogue has given to another article since is not among them.
    """
    rows = tx.names.of(partner)
    if not rows:
        return NO_NAMES
    given = tx.names.given(partner)
    return {row.name: row.sku for row in rows if not given.get(row.name, set()) - {row.sku}}


class Ever:
    """Every SKU that people ever said a partner's names stand for, read when first asked for.

    It is good for as long as its transaction.
    """

    def __init__(self, tx: Transaction, partner: str) -> None:
        self._tx = tx
        self._partner = partner

    @cached_property
    def _known(self) -> Mapping[str, frozenset[str]]:
        return self._tx.names.ever(self._partner)

    def __call__(self, name: str) -> frozenset[str]:
        """Return the SKUs that a name was ever said to stand for."""
        return self._known.get(name, frozenset())


# --- said and taken back -------------------------------------------------------------------------


class SaidBefore(HubError):
    """Somebody said before that a name stands for something else; nothing was changed."""

    def __init__(self, row: NameRow) -> None:
        self.row = row
        super().__init__(
            f"{row.who} said that {row.name} stands for {row.sku}; say so to put another one there"
        )


def say_name(
    parts: Parts,
    partner: str,
    name: str,
    sku: str,
    *,
    who: str,
    instead_of: str = "",
    paper: str = "",
) -> NameRow:
    """Keep that a name of a partner's stands for one of our articles.

    `instead_of` is the SKU that it stood for as far as the one who says it knows, "" for none;
    `paper` is the document, if any, in whose history it is to be found. Saying it twice is once.

    Raises KeyError when no page has the partner, Refused when the name or the article cannot be,
    SaidBefore when the name stands for another article than `instead_of` by now.
    """
    parts.partners.get(partner)
    name, sku = name.strip(), sku.strip()
    if not can_be(name):
        raise Refused([_problem(f"a name has 1 to {LONGEST_NAME} signs that can be seen", "name")])

    def work(tx: Transaction) -> NameRow:
        before = tx.names.one(partner=partner, name=name)
        if before is not None and before.sku == sku:
            return before
        problems = tuple(_wrong(tx, partner, name, sku))
        if problems:
            raise Refused(problems)
        if before is not None and before.sku != instead_of:
            raise SaidBefore(before)
        row = NameRow(partner=partner, name=name, sku=sku, said_at=parts.now(), who=who)
        tx.names.put(row, former=before.sku if before else "")
        _note(tx, parts, row, former=before, who=who, paper=paper)
        return row

    return parts.store.write(work)


def said_name(tx: Transaction, partner: str, name: str) -> NameRow | None:
    """Return what people said a name stands for, None where nobody did or nobody could."""
    return tx.names.one(partner=partner, name=name.strip()) if can_be(name.strip()) else None


def forget_name(parts: Parts, partner: str, name: str, *, who: str) -> None:
    """Take back what a name of a partner's stands for; raises Refused when nobody said it."""

    def work(tx: Transaction) -> None:
        row = said_name(tx, partner, name)
        if row is None:
            raise Refused([_problem(f"nobody said what {name.strip()} stands for", "name")])
        tx.names.forget(partner=partner, name=row.name)
        _note(tx, parts, None, former=row, who=who)

    parts.store.write(work)


def can_be(name: str) -> bool:
    """Say whether a name can be kept: of some signs, none of them a control or half a sign.

    Papers are full of odd spaces; they are part of a name as they are.
    """
    odd = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name)
    return 0 < len(name) <= LONGEST_NAME and not odd


def _wrong(tx: Transaction, partner: str, name: str, sku: str) -> Iterator[Problem]:
    if not sku:
        yield _problem("choose the article that it stands for", "sku")
        return
    if not tx.catalog.items([sku]):
        yield _problem(f"the catalogue has no article {sku}; look for it by a word", "sku")
        return
    if not any(offer.partner == partner for offer in tx.catalog.offers([sku]).get(sku, ())):
        yield _problem(
            f"{partner} does not offer {sku}; choose an article that it offers, or add the offer "
            "with `hub catalog import`",
            "sku",
        )
        return
    other = _called_so(tx, partner, name, sku)
    if other is not None:
        yield _problem(
            f"{name} is the catalogue's own name of {other.sku} at {partner}; correct the "
            "catalogue if it stands for another article",
            "name",
        )
    if len(tx.names.of(partner)) >= MOST_NAMES:
        yield _problem(f"a partner has at most {MOST_NAMES} names; import its catalogue", "name")


def _called_so(tx: Transaction, partner: str, name: str, sku: str) -> OfferRow | None:
    """The partner's offer of another article that has this name already, None for none."""
    after, found = "", True
    while found:
        page = tx.supplying.offers(partner=partner, text=name, after=after, limit=OFFERS_AT_ONCE)
        for offer in page:
            own = {offer.sku, offer.gtin, *(product.value for product in offer.products)}
            if offer.sku != sku and name in own:
                return offer
        found = len(page) == OFFERS_AT_ONCE
        after = page[-1].sku if page else ""
    return None


def _note(
    tx: Transaction,
    parts: Parts,
    row: NameRow | None,
    *,
    former: NameRow | None,
    who: str,
    paper: str = "",
) -> None:
    told = row or former
    assert told is not None  # noqa: S101  # something was said or taken back
    said = {"partner": told.partner, "name": told.name}
    said |= {"sku": row.sku} if row else {}
    said |= {"instead_of": former.sku} if former else {}
    command = {"say_name" if row else "forget_name": said}
    note_command(tx, parts, command, subject=paper or told.partner, who=who)


def _problem(text: str, field: str) -> Problem:
    return Problem(code="names", text=text, where=Where(path=field))
