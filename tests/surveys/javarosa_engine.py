"""JavaRosa, the engine of ODK Collect, out of the archive that pyxform ships: it fills forms by scripts."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pyxform.validators.odk_validate import ODK_VALIDATE_PATH

SOURCES = Path(__file__).parent / "javarosa"
# A virtual machine that lives for a second.
QUICK = ("-Djava.awt.headless=true", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def filled(
    folder: Path, phone: Mapping[str, str], scripts: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What came of each script (``form``, ``media``, ``language``, ``answers``), all in one machine."""
    asked, told = folder / "scripts.json", folder / "told.json"
    asked.write_text(json.dumps({"properties": phone, "scripts": scripts}), "utf-8")
    sources = sorted(str(path) for path in SOURCES.glob("*.java"))
    compiler = ("javac", "-J-XX:TieredStopAtLevel=1", "-proc:none", "-nowarn")
    java(*compiler, "-cp", ODK_VALIDATE_PATH, "-d", str(folder), *sources)
    java("java", *QUICK, "-cp", f"{folder}:{ODK_VALIDATE_PATH}", "Fill", str(asked), str(told))
    return list(json.loads(told.read_text("utf-8")))


def java(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
