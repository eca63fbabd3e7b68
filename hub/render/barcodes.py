"""Codes that scanners read off paper, drawn as SVG: Code 128 (ISO/IEC 15417) and QR.

Pure. What is drawn holds no style and nobody's words but the text given: it stands in a page as it
is, and a reader that does not see it is told the text.
"""

import io
from html import escape

import segno

QUIET = 10  # modules of white on both sides of the bars
HEIGHT = 50
LONGEST = 48  # characters; more does not fit between two thumbs
_START_B, _START_C, _TO_C, _TO_B, _STOP = 104, 105, 99, 100, 106
# Widths of bar, space, bar, space, bar, space for each value; the last is Stop with its end bar.
_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 "
    "122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 "
    "321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 "
    "211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 "
    "213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 "
    "121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 "
    "241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 "
    "412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 "
    "211214 211232 2331112"
).split()


def code128(text: str) -> str:
    """Return the text as bars; ValueError for what Code 128 set B cannot say or what is too long.

    The text is printed by whoever places the drawing: it holds bars alone.
    """
    widths = "".join(_WIDTHS[value] for value in code128_values(text))
    at, bars = QUIET, []
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            bars.append(f"M{at} 0h{width}v{HEIGHT}h-{width}z")
        at += width
    return (
        f'<svg class="bars" role="img" aria-label="{escape(text)}" '
        f'viewBox="0 0 {at + QUIET} {HEIGHT}" preserveAspectRatio="none">'
        f'<path fill="#000" d="{"".join(bars)}"/></svg>'
    )


def code128_values(text: str) -> tuple[int, ...]:
    """Return the values of a text from Start to Stop: set B, and set C for runs of digits."""
    if not 0 < len(text) <= LONGEST or not all(" " <= sign <= "~" for sign in text):
        raise ValueError(f"a bar code has 1 to {LONGEST} printable ASCII characters, not {text!r}")
    values: list[int] = []
    in_c, at = False, 0
    while at < len(text):
        if pairs := _pairs(text, at):
            values += [] if in_c else [_TO_C if values else _START_C]
            values += [int(text[n : n + 2]) for n in range(at, at + 2 * pairs, 2)]
            in_c, at = True, at + 2 * pairs
            continue
        if in_c or not values:
            values.append(_TO_B if values else _START_B)
        values.append(ord(text[at]) - 32)
        in_c, at = False, at + 1
    check = (values[0] + sum(n * value for n, value in enumerate(values))) % 103
    return (*values, check, _STOP)


def _pairs(text: str, at: int) -> int:
    """How many pairs of digits are best said in set C from here on: fewer than two never are."""
    run = next((n for n, sign in enumerate(text[at:]) if not sign.isdigit()), len(text) - at)
    # Of an odd run the first digit is said before, so that the rest are pairs; in the middle of a
    # text the change there and back must pay.
    ends = at + run == len(text)
    worth = run >= 4 if ends or at == 0 else run >= 6
    if not worth or (run % 2 and at > 0 and not text[at - 1].isdigit()):
        return 0
    return run // 2


def qr(text: str) -> str:
    """Return the text as a QR code (ISO/IEC 18004), readable with a quarter of it spoiled."""
    drawn = io.BytesIO()
    segno.make(text, error="q", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, scale=4, border=4, omitsize=True
    )
    picture = drawn.getvalue().decode().strip()
    return picture.replace("<svg", f'<svg role="img" aria-label="{escape(text)}"', 1)
