"""Tracking numbers that carriers' own checks accept; they belong to no parcel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """A carrier as suppliers write it: Standard Carrier Alpha Code and words for TD505."""

    scac: str
    routing: str


UPS = Carrier(scac="UPSN", routing="UPS GROUND")
FEDEX = Carrier(scac="FDEG", routing="FEDEX GROUND")
USPS = Carrier(scac="USPS", routing="USPS GROUND ADVANTAGE")
CARRIERS = (UPS, FEDEX, USPS)


def tracking(carrier: Carrier, serial: int) -> str:
    """Return the carrier's number of a serial below ten million, check digit included."""
    if carrier is UPS:
        return ups(f"999AA1{serial:09d}"[:15])
    if carrier is FEDEX:
        return fedex(f"7946{serial:07d}")
    return usps(f"92001902{serial:013d}")


def ups(body: str) -> str:
    """Return `1Z` + 15 characters of account, service and parcel + the check digit.

    Letters count (their ASCII number - 63) modulo 10; every second one counts twice.
    """
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(values[::2]) + 2 * sum(values[1::2])
    return f"1Z{body}{-total % 10}"


def fedex(body: str) -> str:
    """Return 11 digits + the check digit: weights 3, 1, 7, modulo 11, 10 counts as 0."""
    weights = (3, 1, 7) * 4
    total = sum(int(c) * weight for c, weight in zip(body, weights, strict=False))
    return f"{body}{total % 11 % 10}"


def usps(body: str) -> str:
    """Return 21 digits + the check digit, as GS1 has it."""
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """Return the GS1 check digit: weights 3, 1 from the right, modulo 10 (GTIN, SSCC)."""
    total = sum(int(c) * (3 if n % 2 == 0 else 1) for n, c in enumerate(reversed(body)))
    return str(-total % 10)
