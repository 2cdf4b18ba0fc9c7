"""Whether the statements of a PX file fit together: what is refused, and what is only reported."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches

from nuudel.base.errors import PublicationError
from nuudel.publication.formats.px import keywords as kw
from nuudel.publication.formats.px.model import Header, Problem, Statement

MOST_DECIMALS = 15


def check_mandatory(header: Header, name: str, data_line: int) -> None:
    """Refuse a file that lacks a mandatory keyword, or whose variables contradict each other."""
    for keyword in kw.MANDATORY:
        if not header.find(keyword):
            raise missing(name, keyword, data_line)
    if not header.variables():
        raise missing(name, "STUB or HEADING", data_line)
    decimals = header.find("DECIMALS")
    if decimals and not (
        decimals.bare.isascii() and decimals.bare.isdigit() and int(decimals.bare[:9]) <= MOST_DECIMALS
    ):
        raise contradiction(name, decimals, f"is no whole number from 0 to {MOST_DECIMALS}")
    check_variables(header, name, data_line)
    for lang in header.languages[1:]:
        check_language(header, lang, name)
    check_contents(header, name)


def check_variables(header: Header, name: str, data_line: int) -> None:
    variables = header.variables()
    for statement in (*header.all("STUB"), *header.all("HEADING")):
        named = header.variables(statement.language)
        if len(statement.texts) != len(statement.values) or len(set(named)) != len(named):
            raise contradiction(name, statement, "names a variable twice, or not between quotation marks")
    for statement in (*header.all("VALUES"), *header.all("CODES")):
        if statement.language and statement.language not in header.languages:
            continue
        known = header.variables(statement.language) or variables
        if len(statement.subkeys) != 1 or statement.subkeys[0] not in (*known, *variables):
            raise contradiction(
                name, statement, f"is of no variable of STUB or HEADING{nearest(statement, known)}"
            )
    for variable in variables:
        values = header.find("VALUES", variable)
        if not values:
            raise missing(name, f'VALUES("{variable}")', data_line)
        if not values.texts or len(values.texts) != len(values.values):
            raise contradiction(name, values, "lists values without quotation marks")


def check_language(header: Header, lang: str, name: str) -> None:
    """Labels in another language must stand for the same categories."""
    main, other = header.variables(), header.variables(lang)
    if not other:
        return
    stub = header.find("STUB", lang=lang) or header.find("HEADING", lang=lang)
    if stub and (len(main) != len(other) or len(header.stub()) != len(header.stub(lang))):
        raise contradiction(name, stub, f"[{lang}] has other numbers of variables than the main language")
    for variable, translated in zip(main, other, strict=True):
        values = header.find("VALUES", translated, lang=lang)
        if values and len(values.values) != len(header.categories(variable)):
            wanted = len(header.categories(variable))
            raise contradiction(name, values, f"[{lang}] has {len(values.values)} values for {wanted}")


def check_contents(header: Header, name: str) -> None:
    for statement in header.all("CONTVARIABLE"):
        known = header.variables(statement.language) or header.variables()
        if statement.texts[:1] == () or statement.texts[0] not in known:
            raise contradiction(name, statement, "is no variable of STUB or HEADING")
    for statement in header.all("UNITS"):
        known = contents(header, statement.language)
        if statement.subkeys and known and statement.subkeys[0] not in known:
            raise contradiction(name, statement, "is of no value of CONTVARIABLE")


def contents(header: Header, lang: str | None) -> tuple[str, ...]:
    """The values of the variable of contents; none where there is no such variable."""
    variable = header.texts("CONTVARIABLE", lang=lang)
    return header.categories(variable[0], lang) if variable else ()


def find_problems(header: Header) -> list[Problem]:
    """Everything that is wrong with the statements, but leaves the figures as they are."""
    problems = [
        Problem(statement.line, statement.keyword, text)
        for statement in header.statements
        for check in CHECKS
        if (text := check(header, statement))
    ]
    return sorted([*problems, *find_doubled(header), *find_untranslated(header)], key=lambda p: p.line)


def unknown_keyword(header: Header, statement: Statement) -> str:
    if statement.keyword in kw.KNOWN:
        return ""
    near = get_close_matches(statement.keyword, sorted(kw.KNOWN), n=1)
    return "the keyword is unknown" + (f"; is it {near[0]}?" if near else ".")


def unknown_language(header: Header, statement: Statement) -> str:
    if statement.language is None or statement.language in header.languages:
        return ""
    return f"[{statement.language}] is not among LANGUAGES."


def unknown_subkey(header: Header, statement: Statement) -> str:
    """Names a variable, value, content or cell that the table does not have."""
    keyword, subkeys, lang = statement.keyword, statement.subkeys, statement.language
    variables = header.variables(lang) or header.variables()
    if not subkeys or (lang is not None and lang not in header.languages):
        return ""
    if keyword in kw.OF_CELL:
        return wrong_cell(header, statement, variables)
    if keyword in kw.OF_CONTENT:
        known = contents(header, lang)
        return "" if not known or subkeys[0] in known else f"{subkeys[0]!r} is no value of CONTVARIABLE."
    if keyword in kw.OF_VARIABLE | kw.OF_VALUE and subkeys[0] not in variables:
        return f"{subkeys[0]!r} is no variable{nearest(statement, variables)}."
    if keyword in kw.OF_VALUE and len(subkeys) > 1 and subkeys[1] not in either(header, subkeys[0], lang):
        return f"{subkeys[1]!r} is no value of {subkeys[0]!r}."
    return ""


def wrong_cell(header: Header, statement: Statement, variables: tuple[str, ...]) -> str:
    if len(statement.subkeys) != len(variables):
        return f"names {len(statement.subkeys)} values for {len(variables)} variables."
    for variable, value in zip(variables, statement.subkeys, strict=True):
        if value != "*" and value not in either(header, variable, statement.language):
            return f"{value!r} is no value of {variable!r}."
    return ""


def either(header: Header, variable: str, lang: str | None) -> set[str]:
    return {*header.categories(variable, lang), *header.codes(variable, lang)}


def wrong_word(header: Header, statement: Statement) -> str:
    """Neither YES nor NO, no number, or a number that cannot be."""
    keyword, bare = statement.keyword, statement.bare.upper()
    said = {bare, *(text.upper() for text in statement.texts)} - {""}
    if keyword in kw.YES_OR_NO and said not in ({"YES"}, {"NO"}):
        return "is neither YES nor NO."
    if keyword in kw.WHOLE_NUMBER and not (bare.isascii() and bare.isdigit()):
        return "is no whole number."
    decimals = header.find("DECIMALS")
    if keyword == "SHOWDECIMALS" and decimals and int(bare[:4]) > int(decimals.bare):
        return "shows more decimals than DECIMALS."
    if keyword == "DESCRIPTIONDEFAULT" and bare == "YES" and not header.find("DESCRIPTION"):
        return "asks for DESCRIPTION, which is missing."
    return ""


def wrong_list(header: Header, statement: Statement) -> str:
    """Codes, periods or an eliminated value that do not fit the values of their variable."""
    texts, keyword = statement.texts, statement.keyword
    if not statement.subkeys or not texts or keyword not in {"ELIMINATION", "CODES", "TIMEVAL"}:
        return ""
    variable, lang = statement.subkeys[0], statement.language
    size = len(header.categories(variable, lang))
    if keyword == "ELIMINATION" and size and texts[0] not in either(header, variable, lang):
        return f"{texts[0]!r} is no value."
    if keyword == "CODES" and len(texts) != size:
        return f"has {len(texts)} codes for {size} values; the values serve as codes."
    if keyword == "TIMEVAL" and len(texts) != size:
        return f"has {len(texts)} periods for {size} values."
    return ""


CHECKS: tuple[Callable[[Header, Statement], str], ...] = (
    unknown_keyword,
    unknown_language,
    unknown_subkey,
    wrong_word,
    wrong_list,
)


def find_doubled(header: Header) -> Iterator[Problem]:
    seen: set[tuple[str, str | None, tuple[str, ...]]] = set()
    for s in header.statements:
        key = (s.keyword, s.language, s.subkeys)
        if key in seen and s.keyword not in kw.REPEATABLE:
            yield Problem(s.line, s.keyword, "stands twice; the first is used.")
        seen.add(key)


def find_untranslated(header: Header) -> Iterator[Problem]:
    for statement in header.statements:
        if statement.keyword in kw.IN_EVERY_LANGUAGE and not statement.language and not statement.subkeys:
            for lang in header.languages[1:]:
                if not header.find(statement.keyword, lang=lang):
                    yield Problem(statement.line, statement.keyword, f"is missing in language {lang!r}.")


def missing(name: str, keyword: str, data_line: int) -> PublicationError:
    return PublicationError(
        203,
        f"{name}: keyword {keyword} is missing (it must stand before DATA in line {data_line}).",
        "Add it.",
        (keyword,),
    )


def contradiction(name: str, statement: Statement, what: str) -> PublicationError:
    subkeys = ",".join(f'"{key}"' for key in statement.subkeys)
    keyword = f"{statement.keyword}({subkeys})" if subkeys else statement.keyword
    return PublicationError(
        204,
        f"{name}, line {statement.line}: {keyword} {what}.",
        "Correct it, or the keyword that it refers to.",
        (statement.keyword,),
    )


def nearest(statement: Statement, known: tuple[str, ...]) -> str:
    near = get_close_matches(statement.subkeys[0], known, n=1) if statement.subkeys else []
    return f" (is it {near[0]!r}?)" if near else ""
