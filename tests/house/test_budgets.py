"""How long things may be: what does not fit on a screen is not read."""

from statistics import median

from tests.house import lines_of, sources

CODE = ("hub", "portal")
EVERYTHING = ("hub", "portal", "tests", "bench")


def _lengths() -> list[int]:
    """Return the length in lines of every function of the packages, sorted."""
    return sorted(lines_of(each) for source in sources(*CODE) for each in source.functions())


def test_half_of_the_functions_have_ten_lines_or_fewer() -> None:
    assert median(_lengths()) <= 10


def test_nine_functions_in_ten_have_35_lines_or_fewer() -> None:
    lengths = _lengths()
    assert lengths[len(lengths) * 9 // 10] <= 35


def test_no_function_has_more_than_sixty_lines() -> None:
    long = [
        f"{source.path}:{each.lineno} {each.name} has {lines_of(each)} lines"
        for source in sources(*EVERYTHING)
        for each in source.functions()
        if lines_of(each) > 60
    ]
    assert long == []


def test_no_file_has_more_than_five_hundred_lines() -> None:
    long = [
        f"{source.path} has {lines} lines"
        for source in sources(*EVERYTHING)
        if (lines := len(source.text.splitlines())) > 500
    ]
    assert long == []
