"""The settings, in one list. Each is read from the environment; all have safe defaults."""

import os
from dataclasses import dataclass
from pathlib import Path

from nuudel.base.provenance import Text


@dataclass(frozen=True)
class Setting:
    """One setting: the environment variable, its type, what holds without it, and what it is for."""

    name: str
    type: str
    default: str
    help: Text


SETTINGS = (
    Setting(
        name="NUUDEL_DATA",
        type="folder",
        default="~/.local/share/nuudel",
        help={
            "en": "Folder for what a user loads once and uses everywhere, such as boundaries.",
            "mn": "Нэг удаа ачаалж, хаана ч ашиглах өгөгдлийн (жишээ нь хилийн) хавтас.",
        },
    ),
    Setting(
        name="NUUDEL_DISCLOSURE_KEY",
        type="secret",
        default="",
        help={
            "en": "Secret key of the cell-key noise, 16 characters or more; set it once and keep it.",
            "mn": "Тоог хамгаалах нууц түлхүүр, 16-аас цөөнгүй тэмдэгт; нэг удаа тохируулж хадгална.",
        },
    ),
    Setting(
        name="NUUDEL_DISCLOSURE_KEY_FILE",
        type="file",
        default="",
        help={
            "en": "File that holds the secret key, instead of NUUDEL_DISCLOSURE_KEY.",
            "mn": "NUUDEL_DISCLOSURE_KEY-ийн оронд нууц түлхүүртэй файл.",
        },
    ),
)


def value(name: str) -> str:
    """A setting from the environment, or its default; ``KeyError`` for a name that is not in the list."""
    setting = {entry.name: entry for entry in SETTINGS}[name]
    return os.environ.get(name) or setting.default


def data_folder() -> Path:
    """Where a user's own data are kept (``NUUDEL_DATA``); not made before something is written.

    Without ``NUUDEL_DATA``, the platform's place: ``XDG_DATA_HOME`` or ``LOCALAPPDATA`` where one is set.
    """
    if not os.environ.get("NUUDEL_DATA"):
        for variable in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            if os.environ.get(variable):
                return Path(os.environ[variable]) / "nuudel"
    return Path(value("NUUDEL_DATA")).expanduser()
