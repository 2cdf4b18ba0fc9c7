"""``nuudel release``: the figures, tables and reports that the web pages show."""

import shutil

from nuudel.cli.run import PackOption, SeedOption, run_job


def release(pack: PackOption = "mongolia", seed: SeedOption = 1) -> None:
    """Compute what the web pages show, with a report in each language; `nuudel serve` does so too."""
    from nuudel.base.packs import load_pack
    from nuudel.web.explorer.release import release_folder

    out = release_folder()
    for lang in reversed(load_pack(pack).languages):
        run_job(pack, out, seed, lang)
        reports = out / "reports"
        reports.mkdir(exist_ok=True)
        for kind in ("html", "pdf"):
            part = reports / f".report-{lang}.{kind}"
            shutil.copyfile(out / f"report.{kind}", part)
            part.replace(reports / f"report-{lang}.{kind}")
    print(out)
