"""The suppliers' house for every test of this folder."""

from tests.web.supplier.quick import furnished, quick_counter
from tests.web.supplier.rig import counter

__all__ = ["counter", "furnished", "quick_counter"]
