"""The typed `profile:` of an XML channel: roots, schemas, how ours looks, the limits."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from hub.formats.xml.schemas import Schema, compiled
from hub.formats.xml.stylesheets import checked

_KB = 1024
_MB = 1024 * _KB
NO_TEXTS: Mapping[str, str] = MappingProxyType({})

Secret = Annotated[str, Field(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.+)$")]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class _Page(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Identity(_Page):
    """One side as a cXML Credential names it: a domain (`DUNS`, `NetworkID`) and an id in it."""

    domain: Word
    identity: Word


class Side(Identity):
    """One side of a cXML channel with the reference of the secret that it shows.

    `sender` is who hands the paper over where that is somebody else, such as a network.
    """

    secret: Secret | None = None
    sender: Identity | None = None

    @property
    def hands_over(self) -> Identity:
        """Whom the Sender credential names."""
        return self.sender or self


class Cxml(_Page):
    """What a cXML envelope says of us and them.

    `host` stands behind the @ of our payload ids. `version` is that of the DTD which is named and
    never fetched.
    """

    ours: Side
    theirs: Side
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$", max_length=100)]
    deployment: Literal["production", "test"] = "production"
    version: Annotated[str, Field(pattern=r"^1\.2\.0\d\d$")] = "1.2.063"
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en-US"
    agent: Word = "Supplier hub"


class Limits(_Page):
    """How large a paper may be; sizes are in bytes, `max_text` is without any tag between."""

    max_bytes: Annotated[int, Field(ge=_KB, le=256 * _MB)] = 50 * _MB
    max_feed_bytes: Annotated[int, Field(ge=_KB, le=8 * 1024 * _MB)] = 2 * 1024 * _MB
    max_depth: Annotated[int, Field(ge=1, le=256)] = 256
    max_text: Annotated[int, Field(ge=_KB, le=10 * _MB)] = 10 * _MB
    max_attributes: Annotated[int, Field(ge=1, le=10_000)] = 256
    max_elements: Annotated[int, Field(ge=1, le=5_000_000)] = 200_000


class Config(_Page):
    """All that two partners agree on about XML.

    `sets` names what a root (`Order`, or `{urn:example}Order`) is called on this channel, where it
    is not the root's own local name. `schemas` gives the XSD of a set, a file below the folder of
    the maps; `stylesheets` the XSLT 1.0 that turns a paper of theirs into what the map reads, a
    file in the same place. `prefixes` are written as they stand; "" is the namespace without one.
    `feeds` are the sets that tell of a whole stock: only `max_feed_bytes` caps them, and no schema
    is held against them.
    """

    texts: ClassVar[Mapping[str, str]] = NO_TEXTS
    """The schemas there are, by file; `configured` puts them here."""

    sets: dict[Word, Word] = {}
    schemas: dict[Word, Word] = {}
    stylesheets: dict[Word, Word] = {}
    prefixes: dict[Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_.-]*)?$")], Word] = {}
    feeds: tuple[Word, ...] = ()
    declaration: bool = True
    encoding: Literal["utf-8", "iso-8859-1", "us-ascii"] = "utf-8"
    indent: bool = True
    receipts: bool = False
    envelope: Literal["none", "cxml"] = "none"
    cxml: Cxml | None = None
    limits: Limits = Limits()
    max_problems: Annotated[int, Field(ge=1, le=10_000)] = 100

    _schemas: dict[str, Schema] = PrivateAttr(default_factory=dict)
    _stylesheets: dict[str, str] = PrivateAttr(default_factory=dict)
    _secrets: tuple[str, str] | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.envelope == "cxml") != (self.cxml is not None):
            raise ValueError("`envelope: cxml` and the key `cxml` belong together")
        if self.cxml is not None and self.schemas:
            raise ValueError("schemas: cXML is described by a DTD, which is not fetched; remove it")
        if len(set(self.prefixes.values())) != len(self.prefixes):
            raise ValueError("prefixes: two prefixes stand for one namespace; remove one")
        reserved = {"xml", "xmlns"}.intersection(self.prefixes)
        if reserved:
            raise ValueError(f"prefixes: {reserved.pop()} is XML's own; leave it out")
        if self.cxml is not None and self.stylesheets:
            raise ValueError("stylesheets: cXML needs none; remove it")
        if set(self.stylesheets).intersection(self.feeds):
            raise ValueError("stylesheets: a feed is read row by row and cannot be converted")
        for set_id, file in self.stylesheets.items():
            self._stylesheets[set_id] = checked(file, self.texts)
        made = {file: compiled(file, self.texts) for file in sorted(set(self.schemas.values()))}
        self._schemas.update({set_id: made[file] for set_id, file in self.schemas.items()})
        return self

    @property
    def dialect(self) -> str:
        """What papers of this format are, for maps to fit."""
        return "trees"

    @property
    def ending(self) -> str:
        """How names of files of ours end where a page does not say."""
        return ".xml"

    def schema_of(self, set_id: str) -> Schema | None:
        """Return the schema of a set; feeds are read in pieces and have none."""
        return None if set_id in self.feeds else self._schemas.get(set_id)

    def set_of(self, root: str) -> str:
        """Return what a paper with this root (in Clark notation) is called."""
        name = root.rpartition("}")[2]
        return self.sets.get(root) or self.sets.get(name) or name

    def stylesheet_of(self, set_id: str) -> str:
        """Return the text of a set's stylesheet, "" where there is none."""
        return self._stylesheets.get(set_id, "")

    @property
    def secrets(self) -> tuple[str, str] | None:
        """Our secret and theirs, None while nobody has armed the profile; "" where none is."""
        return self._secrets


def configured(texts: Mapping[str, str]) -> type[Config]:
    """Return the Config that knows these schema files, by their place below the maps' folder."""
    known = MappingProxyType(dict(texts))

    class Configured(Config):
        texts = known

    return Configured


def armed(profile: Config, *, secret: Callable[[str], str]) -> Config:
    """Return a copy of the profile that holds the secrets which its page only names.

    `secret` resolves a reference (`env:NAME`) and raises what it raises when there is none.
    """
    if profile.cxml is None:
        return profile
    sides = (profile.cxml.ours.secret, profile.cxml.theirs.secret)
    ours, theirs = (secret(reference) if reference else "" for reference in sides)
    copy = profile.model_copy()
    copy._secrets = (ours, theirs)  # noqa: SLF001  # its own
    return copy
