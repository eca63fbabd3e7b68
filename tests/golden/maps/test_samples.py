"""What each sample of a map means, word for word, beside it in a .json of the same name.

A sample without its .json fails with the text to keep, once somebody has read it.
"""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.golden.maps.papers import papers_of
from tests.unit.mapping import MAPPINGS, library

HERE = Path(__file__).parent
SAMPLES = sorted(path.relative_to(MAPPINGS).as_posix() for path in MAPPINGS.rglob("samples/*"))


def meaning(sample: str) -> object:
    """Return a sample's messages and problems as plain JSON."""
    read = [
        library().page((Path(sample).parents[1] / set_id).as_posix()).read(paper)
        for set_id, paper in papers_of(sample)
    ]
    told = [
        {
            "messages": [_brief(asdict(message)) for message in one.messages],
            "problems": [f"{problem.where.path} {problem.text}" for problem in one.problems],
        }
        for one in read
    ]
    return json.loads(json.dumps(told, default=str))


def _brief(value: object) -> object:
    """Leave out what is empty, so that a page of JSON can be read."""
    if isinstance(value, dict):
        return {key: _brief(one) for key, one in value.items() if one not in ("", None, ())}
    return [_brief(one) for one in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_means_what_its_neighbour_says(sample: str) -> None:
    kept = HERE / Path(sample.replace("/samples/", "/")).with_suffix(".json")
    found = meaning(sample)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    assert kept.exists(), f"read it, then keep it as {kept}:\n{text}"
    assert found == json.loads(kept.read_text(encoding="utf-8"))
