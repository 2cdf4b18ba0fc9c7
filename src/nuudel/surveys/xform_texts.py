"""The words of an XForm: its translations, and the label of each of its parts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nuudel.surveys.definition import DEFAULT_LANGUAGE
from nuudel.surveys.xml_reading import local_name

REFERENCE = re.compile(r"jr:itext\(\s*['\"](.*?)['\"]\s*\)\s*$")


@dataclass(frozen=True)
class Texts:
    """The languages of a form, the default first, and its texts: language -> id -> text."""

    languages: tuple[str, ...]
    by_language: Mapping[str, Mapping[str, str]]

    def labels(self, part: Element) -> Mapping[str, str]:
        """The label of a question, a group or an item, by language."""
        label = next((element for element in part if local_name(element.tag) == "label"), None)
        if label is None:
            return {}
        found = REFERENCE.match(label.get("ref", "").strip())
        if found:
            return self.of(found[1])
        text = plain(label)
        return {self.languages[0] if self.languages else DEFAULT_LANGUAGE: text} if text else {}

    def of(self, key: str) -> Mapping[str, str]:
        """The text of an id in each language that has it."""
        return {lang: texts[key] for lang, texts in self.by_language.items() if key in texts}


def read_texts(model: Element) -> Texts:
    """Read the translations of a model."""
    found: dict[str, dict[str, str]] = {}
    default = ""
    for itext in model:
        if local_name(itext.tag) != "itext":
            continue
        for translation in itext:
            language = translation.get("lang", "") or DEFAULT_LANGUAGE
            found.setdefault(language, {}).update(texts_of(translation))
            if translation.get("default") is not None:
                default = language
    languages = tuple(sorted(found, key=lambda language: language != default))
    return Texts(languages, {language: found[language] for language in languages})


def texts_of(translation: Element) -> dict[str, str]:
    """Id -> the text itself, not its short form, its picture or its sound."""
    found: dict[str, str] = {}
    for text in translation:
        for value in text:
            if value.get("form", "long") == "long" and (said := plain(value)):
                found.setdefault(text.get("id", ""), said)
    return found


def plain(element: Element) -> str:
    """The text of an element; where it shows another answer stands ``${name}``."""
    pieces = [element.text or ""]
    for child in element:
        if local_name(child.tag) == "output":
            pieces.append(f"${{{child.get('value', '').strip().rpartition('/')[2]}}}")
        else:
            pieces.append(plain(child))
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())
