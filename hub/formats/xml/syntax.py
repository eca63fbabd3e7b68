"""What is kept with a document so that its slice can be read again without the page."""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """Where a document begins in its file: the names of elements from the root down to its own.

    `cxml` says that cXML's own document type may stand before the root.
    """

    at: tuple[str, ...]
    cxml: bool = False

    def dumps(self) -> str:
        """Return it as text."""
        return json.dumps({"at": self.at, "cxml": self.cxml})

    @classmethod
    def loads(cls, text: str) -> "Syntax":
        """Return what `dumps` wrote."""
        kept = json.loads(text)
        return cls(at=tuple(kept["at"]), cxml=kept["cxml"])
