"""All journeys, in the order of their numbers."""

from tests.web.journeys import clerks, customers, desk, suppliers

JOURNEYS = (
    *suppliers.JOURNEYS,
    *customers.JOURNEYS,
    *clerks.JOURNEYS,
    *desk.JOURNEYS,
)
