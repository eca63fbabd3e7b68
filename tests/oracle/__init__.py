"""An independent judge of X12 bytes: `judge(body)` says what is wrong with them, or nothing.

What lives here: pages for pyx12 written by hand from the field's reference (`maps/`), the code
that puts them together and walks them, and the checks pyx12 does not make (fixed ISA, counts,
totals, empty segments, characters).
What does not: anything of the hub. The judge shares no line and no table with the formats and maps
it judges, so that one misreading cannot hide on both sides.
Who may come in: tests that hold bytes we wrote, and the papers of the simulated partners.
"""

from tests.oracle.finding import Finding
from tests.oracle.verdict import judge

__all__ = ["Finding", "judge"]
