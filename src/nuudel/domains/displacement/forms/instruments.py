"""The instruments that come with the program."""

from collections.abc import Sequence

from nuudel.domains.displacement.forms.keeping import Uploaded


def keys() -> Sequence[str]:
    """Their keys, in the order in which they are shown."""
    from nuudel.surveys import instruments

    return tuple(instruments.keys())


def uploaded(key: str) -> Uploaded:
    """An instrument as if its workbook and its mapping had been sent."""
    from nuudel.surveys import instruments

    return Uploaded(f"{key}.xlsx", instruments.workbook(key), instruments.mapping_text(key))
