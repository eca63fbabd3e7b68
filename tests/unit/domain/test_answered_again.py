"""A line is answered more than once, and pieces of it leave and come back in between."""

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.answering import stated
from hub.domain.exchange import Purpose
from hub.domain.messages import Answer, ShipNotice
from hub.domain.orders import Buckets
from hub.domain.status import document
from tests.unit.domain.trade import NOON, Desk, answer, notice, placed, sourced

ORDERED = 6


class Words:
    """One line, and how many of its pieces the customer reads to be where."""

    def __init__(self, ordered: int = ORDERED) -> None:
        self.desk = Desk(sourced(placed(ordered), "acme").order)
        self.told = 0

    @property
    def buckets(self) -> Buckets:
        return self.desk.order.fulfillments[0].lines[0].buckets

    def answers(self, accepted: int, later: int = 0, refused: int = 0) -> None:
        self.told += 1
        rows = ((Answer.ACCEPTED, accepted), (Answer.BACKORDERED, later))
        said = [("1", word, units) for word, units in (*rows, (Answer.REJECTED, refused)) if units]
        paper = answer(self.desk.order, *said, day=min(28, self.told))
        assert self.desk.hear(paper, paper=f"A{self.told}").problems == ()

    def ships(self, units: int) -> str:
        self.told += 1
        name = f"SHP{self.told}"
        self.desk.hear(notice(self.desk.order, ("1", units), name=name, tracking=name))
        return name

    def takes_back(self, name: str) -> None:
        number = self.desk.order.fulfillments[0].number
        paper = ShipNotice(purpose=Purpose.CANCEL, notice=name, number=number, parcels=())
        assert self.desk.hear(paper).problems == ()

    def read(self) -> dict[str, int]:
        [line] = document(self.desk.order, version=1, now=NOON)["lines"]
        later, prepared = line["backordered"], line["being_prepared"]
        places = {
            "shipped": line["shipped"],
            "prepared": prepared,
            "later": later,
            "confirmed": line["open"] - later - prepared,
            "cancelled": line["cancelled"],
        }
        assert min(places.values()) >= 0, line
        return {place: units for place, units in places.items() if units}


def test_what_left_was_accepted_whatever_is_said_of_the_rest() -> None:
    words = Words(4)
    words.answers(4)
    name = words.ships(1)
    assert words.read() == {"shipped": 1, "prepared": 3}
    words.answers(1, later=2)
    assert words.read() == {"shipped": 1, "prepared": 1, "later": 2}
    words.takes_back(name)
    assert words.read() == {"prepared": 2, "later": 2}


def test_an_answer_on_the_whole_line_counts_what_has_left() -> None:
    words = Words(4)
    words.ships(1)
    words.answers(3, later=1)  # of all four that were ordered
    assert words.read() == {"shipped": 1, "prepared": 2, "later": 1}


def test_nothing_said_of_a_line_leaves_it_as_it_was() -> None:
    found = Buckets(ordered=4, open=3, shipped=1)
    assert stated(found, None, None) == found


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("answer", "ship", "take back")),
        st.integers(min_value=0, max_value=ORDERED),
        st.integers(min_value=0, max_value=ORDERED),
    ),
    max_size=8,
)


@given(STEPS)
def test_each_piece_has_one_word_and_what_was_spoken_of_never_falls_back(
    steps: list[tuple[str, int, int]],
) -> None:
    words = Words()
    gone: list[str] = []
    spoken = False
    for what, one, other in steps:
        still = words.buckets.open
        if what == "answer" and still:
            later = min(one, still)
            refused = min(other, still - later)
            words.answers(still - later - refused, later=later, refused=refused)
            spoken = spoken or refused < still  # a refusal speaks of what it refuses alone
        elif what == "ship" and still:
            gone.append(words.ships(min(max(1, one), still)))
        elif what == "take back" and gone:
            words.takes_back(gone.pop(one % len(gone)))
        places = words.read()
        assert sum(places.values()) == ORDERED
        if spoken:  # what was refused is nobody's and looks for another partner
            [line] = words.desk.order.lines
            assert places.get("confirmed", 0) == words.desk.order.unsourced(line)
