"""The keywords of the PX file format (AXIS-VERSION 2013), by what their subkeys name."""

MANDATORY = ("MATRIX", "SUBJECT-CODE", "SUBJECT-AREA", "TITLE", "CONTENTS", "UNITS", "DECIMALS")
"""No table without these, ``STUB`` or ``HEADING``, ``VALUES`` of each variable and ``DATA``."""

ESSENTIAL = frozenset(
    {*MANDATORY, "STUB", "HEADING", "VALUES", "CODES", "CONTVARIABLE", "KEYS", "DATA"}
    | {"CHARSET", "CODEPAGE", "LANGUAGE", "LANGUAGES"}
)
"""Where one of these cannot be read, the figures cannot be understood: the file is refused."""

OF_VARIABLE = frozenset(
    {
        "VALUES",
        "CODES",
        "TIMEVAL",
        "DOUBLECOLUMN",
        "PRESTEXT",
        "DOMAIN",
        "VARIABLE-TYPE",
        "VARIABLECODE",
        "MAP",
    }
    | {
        "HIERARCHIES",
        "HIERARCHYLEVELS",
        "HIERARCHYLEVELSOPEN",
        "HIERARCHYNAMES",
        "PARTITIONED",
        "ELIMINATION",
    }
    | {"KEYS", "NOTE", "NOTEX", "META-ID"}
)
OF_VALUE = frozenset({"VALUENOTE", "VALUENOTEX", "PRECISION", "META-ID"})
OF_CONTENT = frozenset(
    {
        "UNITS",
        "CONTACT",
        "LAST-UPDATED",
        "STOCKFA",
        "REFPERIOD",
        "BASEPERIOD",
        "CFPRICES",
        "DAYADJ",
        "SEASADJ",
    }
)
OF_CELL = frozenset({"CELLNOTE", "CELLNOTEX", "DATANOTECELL"})
YES_OR_NO = frozenset(
    {"AGGREGALLOWED", "AUTOPEN", "COPYRIGHT", "DESCRIPTIONDEFAULT", "OFFICIAL-STATISTICS", "DOUBLECOLUMN"}
)
WHOLE_NUMBER = frozenset({"SHOWDECIMALS", "PRECISION", "PRESTEXT", "ROUNDING"})
IN_EVERY_LANGUAGE = frozenset(
    {"TITLE", "CONTENTS", "UNITS", "SUBJECT-AREA", "STUB", "HEADING", "CONTVARIABLE"}
)
REPEATABLE = frozenset(
    {"NOTE", "NOTEX", "VALUENOTE", "VALUENOTEX", "CELLNOTE", "CELLNOTEX", "CONTACT", "LINK"}
)

OTHER = frozenset(
    {
        "CHARSET",
        "AXIS-VERSION",
        "CODEPAGE",
        "LANGUAGE",
        "LANGUAGES",
        "CREATION-DATE",
        "NEXT-UPDATE",
        "PX-SERVER",
    }
    | {
        "DIRECTORY-PATH",
        "UPDATE-FREQUENCY",
        "TABLEID",
        "SYNONYMS",
        "DEFAULT-GRAPH",
        "SHOWDECIMALS",
        "ROUNDING",
    }
    | {
        "DESCRIPTION",
        "STUB",
        "HEADING",
        "CONTVARIABLE",
        "CONFIDENTIAL",
        "SOURCE",
        "SURVEY",
        "LINK",
        "INFOFILE",
    }
    | {"DATABASE", "FIRST-PUBLISHED", "ATTRIBUTE-ID", "ATTRIBUTE-TEXT", "ATTRIBUTES", "INFO", "DATANOTE"}
    | {"DATANOTESUM", "DATASYMBOLNIL", "DATASYMBOLSUM", *(f"DATASYMBOL{number}" for number in range(1, 8))}
)
KNOWN = OF_VARIABLE | OF_VALUE | OF_CONTENT | OF_CELL | YES_OR_NO | OTHER | frozenset(MANDATORY)
