"""The functions that expressions may call, against JavaRosa: none that phones do not know."""

import zipfile

from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

from nuudel.surveys.checks.expressions import FUNCTIONS, unknown_functions

# Collect and web clients add these to JavaRosa's own.
ADDED = frozenset({"intersects", "jr:itext", "pulldata"})


def test_functions_of_javarosa() -> None:
    with zipfile.ZipFile(ODK_VALIDATE_PATH) as jar:
        names = [name for name in jar.namelist() if "/xpath/expr/" in name or "FunctionHandler" in name]
        text = b"".join(jar.read(name) for name in names)
    # A constant of a class: its kind, its length, the text itself.
    known = {name for name in FUNCTIONS if b"\x01" + len(name).to_bytes(2, "big") + name.encode() in text}
    assert FUNCTIONS - known == ADDED


def test_functions_that_no_phone_has() -> None:
    text = "ceiling(${a}) + last() + floor(1.5) - (2) and not(true()) or (1 div (2))"
    assert unknown_functions(text) == ["ceiling", "last"]
