"""The rig catches every planted bug: what it looks at is worth looking at."""

import pytest

from tests.faults.conftest import Swept
from tests.faults.mutants import MUTANTS

# where each one shows: the scene, and how it is swept
CATCHES: dict[str, tuple[str, ...]] = {
    "removes_before_keeping": ("in",),
    "stamps_before_putting": ("one-out",),
    "renumbers_a_retry": ("one-out",),
    "forgets_the_duty_later": ("one-out",),
    "numbers_after_the_bytes": ("out",),
    "owes_receipts_apart": ("in",),
    "settles_in_two_commits": ("in",),
    "seals_only_what_is_newer": ("out",),
    "answers_before_the_commit": (
        "one-out", "--system-calls", "--only", "^writer before pwrite64 [12]$",
    ),
    "writes_to_the_final_name": ("one-out", "--system-calls", "--only", "^main before (write|f)"),
}  # fmt: skip


def test_every_mutant_is_swept() -> None:
    assert set(CATCHES) == set(MUTANTS)


@pytest.mark.parametrize("mutant", CATCHES)
def test_a_planted_bug_is_caught(mutant: str, swept: Swept) -> None:
    scene, *words = CATCHES[mutant]
    verdicts = swept(scene, *words, "--mutant", mutant, "--until-caught")
    assert [found for found in verdicts.values() if found], list(verdicts)
