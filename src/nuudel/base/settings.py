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
    Setting(
        name="DATABASE_URL",
        type="address",
        default="",
        help={
            "en": "PostgreSQL server, as the role nuudel_app; without it an embedded one is started.",
            "mn": "PostgreSQL серверийн хаяг, nuudel_app эрхээр; байхгүй бол дотоод сервер ажиллана.",
        },
    ),
    Setting(
        name="NUUDEL_OWNER_DATABASE_URL",
        type="address",
        default="",
        help={
            "en": "The same database as the role nuudel_owner: only migrations use it.",
            "mn": "Мөн сан, nuudel_owner эрхээр; зөвхөн бүтэц шинэчлэхэд хэрэглэнэ.",
        },
    ),
    Setting(
        name="NUUDEL_BACKUP_DATABASE_URL",
        type="address",
        default="",
        help={
            "en": "The same database as the role nuudel_backup, which reads every row: only `nuudel backup`.",
            "mn": "Мөн сан, бүх мөрийг уншдаг nuudel_backup эрхээр; зөвхөн `nuudel backup` хэрэглэнэ.",
        },
    ),
    Setting(
        name="NUUDEL_KEYS",
        type="folder",
        default="",
        help={
            "en": "Folder of the secret keys; without it, keys in the data folder, made at the first start.",
            "mn": "Нууц түлхүүрүүдийн хавтас; байхгүй бол өгөгдлийн хавтаст анх ажиллахдаа үүсгэнэ.",
        },
    ),
    Setting(
        name="NUUDEL_RELEASE",
        type="folder",
        default="",
        help={
            "en": "Results of `nuudel run` that the web pages show; without it, those in the data folder.",
            "mn": "Вэб хуудсанд харуулах `nuudel run`-ийн үр дүнгийн хавтас; байхгүй бол өгөгдлийн хавтсынх.",
        },
    ),
    Setting(
        name="NUUDEL_HOSTS",
        type="list",
        default="localhost,127.0.0.1",
        help={
            "en": "Names under which the web server may be called, with commas between.",
            "mn": "Вэб серверийн зөвшөөрсөн нэрс, таслалаар тусгаарлана.",
        },
    ),
    Setting(
        name="NUUDEL_TLS",
        type="yes or no",
        default="no",
        help={
            "en": "Whether TLS stands in front: cookies go over TLS only, browsers insist.",
            "mn": "Өмнө нь TLS байгаа эсэх: байвал күүки зөвхөн TLS-ээр явна.",
        },
    ),
    Setting(
        name="NUUDEL_DEMO",
        type="yes or no",
        default="no",
        help={
            "en": "Demonstration: synthetic records, marked on each page; no second factor is asked for.",
            "mn": "Үзүүлэн: зохиомол бүртгэл, хуудас бүрд тэмдэглэнэ; хоёр дахь баталгаа шаардахгүй.",
        },
    ),
    Setting(
        name="NUUDEL_OIDC_ISSUER",
        type="address",
        default="",
        help={
            "en": "The national sign-on service (OpenID Connect), if there is one.",
            "mn": "Улсын нэгдсэн нэвтрэлтийн үйлчилгээ (OpenID Connect), байгаа бол.",
        },
    ),
    Setting(
        name="NUUDEL_OIDC_CLIENT",
        type="name",
        default="",
        help={
            "en": "The name under which the national sign-on knows this system.",
            "mn": "Нэгдсэн нэвтрэлтэд энэ системийг бүртгэсэн нэр.",
        },
    ),
    Setting(
        name="NUUDEL_OIDC_SECRET_FILE",
        type="file",
        default="",
        help={
            "en": "File with the secret that the national sign-on has given this system.",
            "mn": "Нэгдсэн нэвтрэлтээс энэ системд өгсөн нууц үгтэй файл.",
        },
    ),
    Setting(
        name="NUUDEL_MAIL",
        type="address",
        default="",
        help={
            "en": "Mail server, smtp(s)://user:password@host:port; without it mail goes to files.",
            "mn": "Шуудангийн сервер, smtp(s)://user:password@host:port; байхгүй бол файлд бичнэ.",
        },
    ),
    Setting(
        name="NUUDEL_MAIL_FROM",
        type="address",
        default="nuudel@localhost",
        help={
            "en": "Sender of the system's mail.",
            "mn": "Системийн шуудангийн илгээгч.",
        },
    ),
    Setting(
        name="NUUDEL_SMS_GATEWAY",
        type="name",
        default="",
        help={
            "en": "Class of the text message gateway, as module:Class; without it messages go to a file.",
            "mn": "Мессеж илгээх гарцын класс, module:Class хэлбэрээр; байхгүй бол файлд бичнэ.",
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
