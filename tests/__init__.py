"""What the house promises, proved on real parts; nothing here is part of the package."""
