"""All journeys, in the order of their numbers."""

from tests.web.journeys import customers, desk, suppliers

JOURNEYS = (*suppliers.JOURNEYS, *customers.JOURNEYS, *desk.JOURNEYS)
