"""X12: split, check, read, acknowledge, clean and join; the module is one `Format`.

What lives here: envelopes, delimiters, element syntax against the tables of 004010 and 005010,
997 both ways.
What does not: what a paper means, code lists, the full order of loops (a later engine), the wire.
Who may come in: hub.main, flow and ops; never another format.
"""

from hub.formats.x12.codes import describe, discreet
from hub.formats.x12.envelope import split
from hub.formats.x12.meanings import MEANINGS
from hub.formats.x12.profile import Config, Identity, Separators
from hub.formats.x12.reading import locate, located, read, walk, whole
from hub.formats.x12.receipts import acknowledge, is_receipt, receipt
from hub.formats.x12.writing import clean, join

__all__ = [
    "MEANINGS",
    "Config",
    "Identity",
    "Separators",
    "acknowledge",
    "clean",
    "describe",
    "discreet",
    "is_receipt",
    "join",
    "locate",
    "located",
    "read",
    "receipt",
    "split",
    "walk",
    "whole",
]
