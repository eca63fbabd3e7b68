"""A transport and a format of the tests' own, and a page that uses them."""

from collections.abc import Collection, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from hub.errors import ConfigError
from hub.partners import Partners, load


class Wire(BaseModel):
    """Settings of the transport `wire`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    port: int = 22
    password: str = "env:ACME"
    direct: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """As the real transports say it."""
        return ("direct: half a file may be seen",) if self.direct else ()


class Side(BaseModel):
    """One side of an envelope."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    qualifier: str
    id: str


class Paper(BaseModel):
    """Profile of the format `paper`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = "004010"
    ours: Side
    newline: bool | Literal["lf", "crlf"] = False


TRANSPORTS: Mapping[str, type[BaseModel]] = {"wire": Wire}
FORMATS: Mapping[str, type[BaseModel]] = {"paper": Paper}
MAPS = ("acme/850", "acme/855", "acme/856", "x12/004010/850")

ACME = """\
name: Acme Home Goods
kind: supplier
channels:
  - name: edi
    transport: wire
    settings:
      host: sftp.acme.example
      port: 2222
    format: paper
    profile:
      version: 004010
      ours: {qualifier: 01, id: 006112345678}
    maps:
      850: acme/850
      855: acme/855
    send: [850]
    receive: [855]
    poll: 30s
    cutoff: ["15:30", "11:00"]
limits:
  receipt: 90m
  ship: 2d
calendar:
  zone: America/Chicago
  holidays: [2026-11-26]
  cutoff: "14:00"
sourcing:
  priority: 10
products: [vendor, gtin]
"""


def loaded(page: str, *, maps: Collection[str] = MAPS) -> Partners:
    """Load one page as Acme's with the parts above."""
    return load({"acme": page}, transports=TRANSPORTS, formats=FORMATS, maps=maps)


def mistakes(page: str) -> tuple[str, ...]:
    """Return every mistake on the page; fails when there is none."""
    try:
        loaded(page)
    except ConfigError as error:
        return error.mistakes
    raise AssertionError("the page was accepted")
