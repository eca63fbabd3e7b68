"""Which language a simulated partner speaks when its messages are files."""

from pathlib import Path

from hub.lab.depot_voice import DepotVoice
from hub.lab.desk import Firm
from hub.lab.nordic_voice import NordicVoice
from hub.lab.post import Folders, Post
from hub.lab.ubl_voice import UblVoice
from hub.lab.voice import Voice
from hub.lab.x12 import Company
from hub.lab.x12_voice import X12Voice


def voice_of(firm: Firm, customer: Company) -> Voice:
    """Return how a firm speaks to that customer."""
    match firm.speaks:
        case "nordic":
            return NordicVoice()
        case "ubl":
            return UblVoice(firm.name)
        case "depot":
            return DepotVoice(firm.company, customer)
        case _:
            return X12Voice(firm.company, customer)


def post_of(firm: Firm, home: Path) -> Post:
    """Return the firm's side of its wire, in its home."""
    return Folders(home, suffix=voice_of(firm, firm.company).suffix)
