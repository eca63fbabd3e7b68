"""What every part of a kind must do alike, run against each of them for real."""
