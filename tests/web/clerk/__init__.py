"""Clerks at their desk, before a whole hub."""
