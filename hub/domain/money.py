"""Minor units as people write them. Pure."""

# ISO 4217: the currencies whose minor unit is not a hundredth.
_DECIMALS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


def decimals(currency: str) -> int:
    """Return how many decimal places a currency has: 2 unless ISO 4217 says otherwise."""
    return _DECIMALS.get(currency, 2)


def money(amount: int, currency: str) -> str:
    """Return minor units with their currency as people write them: `4.25 USD`, `300 JPY`."""
    digits = decimals(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    sign = "-" if amount < 0 else ""
    fraction = f".{rest:0{digits}d}" if digits else ""
    return f"{sign}{whole}{fraction} {currency}".rstrip()
