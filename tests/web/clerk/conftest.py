"""The clerks' desk for every test of this folder."""

from tests.web.clerk.rig import each_office, office

__all__ = ["each_office", "office"]
