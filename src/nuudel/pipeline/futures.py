"""What may come: the outlook, scenarios beside it, and the answers to goals of policy."""

from collections.abc import Callable, Sequence
from pathlib import Path

from nuudel.base.errors import RunError
from nuudel.base.packs import Pack, nearest
from nuudel.model.findings import Policies
from nuudel.model.policy.answer import PolicyAnswer
from nuudel.model.policy.goal import Goal
from nuudel.model.policy.read import read_goal
from nuudel.model.projection.outlook import Outlook, look_outlook
from nuudel.model.scenarios.catalogue import Catalogue, read_catalogue
from nuudel.model.scenarios.compare import compare
from nuudel.model.scenarios.comparison import ScenarioComparison
from nuudel.model.scenarios.read import BASELINE, read_scenario, read_scenarios
from nuudel.model.scenarios.scenario import Scenario
from nuudel.pipeline.ground import Ground

# Draws of the outlook and of the scenarios; with these the 80 % intervals move by less than they are rounded.
OUTLOOK_DRAWS = 1000
SCENARIO_DRAWS = 200
CATALOGUE, SCENARIOS, GOALS = "levers.yaml", "scenarios", "goals"
NO_WORDS = {"en": BASELINE, "mn": "суурь"}
Progress = Callable[[int, int], None]


def project_outlook(pack: Pack, ground: Ground | None, seed: int, progress: Progress) -> Outlook | None:
    """People by place and year with intervals, compared and tested on the past."""
    if ground is None:
        return None
    return look_outlook(
        pack,
        ground.baseline,
        ground.reactions,
        ground.errors,
        flows=ground.flows,
        draws=OUTLOOK_DRAWS,
        seed=seed,
        watch=lambda _, done, total: progress(done, total),
    )


def compare_scenarios(
    pack: Pack,
    ground: Ground | None,
    seed: int,
    progress: Progress,
    *,
    scenarios: Sequence[Scenario] | None = None,
    draws: int = SCENARIO_DRAWS,
) -> ScenarioComparison | None:
    """The pack's scenarios, or those given, beside the baseline; None for a pack without scenarios."""
    if ground is None or not ((pack.folder / CATALOGUE).exists() or (pack.folder / SCENARIOS).exists()):
        return None
    catalogue = read_catalogue(pack)
    wanted = read_scenarios(pack, catalogue) if scenarios is None else tuple(scenarios)
    if not wanted:
        return None
    return compare(
        wanted,
        catalogue,
        ground.baseline,
        ground.reactions,
        ground.draws(draws, seed),
        capital=pack.capital or "",
        seed=seed,
        watch=lambda _, share: progress(round(100 * share), 100),
    )


def find_scenarios(pack: Pack, wanted: Sequence[str]) -> tuple[Scenario, ...]:
    """The baseline, then the scenarios that are named: of the pack, or YAML files; all if none is named.

    Raises
    ------
    RunError
        ``RUN-109``: the pack has no such scenario, and there is no such file; ``RUN-111``: two of one name.
    ModelError
        Those of ``read_scenario``.
    """
    catalogue = read_catalogue(pack)
    own = read_scenarios(pack, catalogue) if (pack.folder / SCENARIOS).is_dir() else ()
    known = {scenario.name: scenario for scenario in own}
    found = {BASELINE: known.get(BASELINE, Scenario(name=BASELINE, title=NO_WORDS, text=NO_WORDS, uses=()))}
    for name in wanted or known:
        path = Path(name)
        if name not in known and not path.exists():
            raise missing("scenario", name, pack, list(known))
        scenario = known[name] if name in known else read_scenario(path, catalogue)
        if scenario.name in found and scenario != found[scenario.name]:
            raise RunError(
                111,
                f"Two scenarios are named {scenario.name!r}.",
                "Give one of them, and its file, another name.",
                ("scenario",),
            )
        found[scenario.name] = scenario
    if len(found) == 1:
        raise missing("scenario beside the baseline", ", ".join(wanted), pack, list(known))
    return tuple(found.values())


def find_goals(pack: Pack, wanted: Sequence[str]) -> tuple[Goal, ...]:
    """The goals that are named: of the pack, or YAML files; all of the pack if none is named.

    Raises
    ------
    RunError
        ``RUN-109``: the pack has no such goal, and there is no such file.
    ModelError
        Those of ``read_goal``.
    """
    known = {path.stem: path for path in goal_files(pack)}
    for name in wanted:
        if name not in known and not Path(name).exists():
            raise missing("goal", name, pack, list(known))
    if not wanted and not known:
        raise missing("goal", "", pack, [])
    return tuple(read_goal(known.get(name, Path(name))) for name in (wanted or known))


def goal_files(pack: Pack) -> list[Path]:
    """The pack's goals of policy, by name."""
    return sorted((pack.folder / GOALS).glob("*.yaml"))


def missing(what: str, name: str, pack: Pack, known: Sequence[str]) -> RunError:
    return RunError(
        109,
        f"There is no {what} {name!r} in pack {pack.name}, and no such file.",
        f"Name one of {', '.join(known)}, or a YAML file{nearest(name, known)}."
        if known
        else "Name a YAML file.",
        (what,),
    )


def answer_goal(
    pack: Pack, goal: Goal, catalogue: Catalogue, ground: Ground, seed: int, progress: Progress
) -> PolicyAnswer:
    """The mix of levers that serves a goal best, and how sure that is."""
    # Opened here, for it brings JAX, and a pack without a projection has no use of it.
    from nuudel.model.policy.search import search

    return search(
        goal,
        catalogue.acting(),
        ground.baseline,
        ground.feedback,
        ground.errors_drawn(goal.draws + goal.fresh_draws, seed),
        seed,
        watch=lambda _, share: progress(round(100 * share), 100),
    )


def answer_goals(pack: Pack, ground: Ground | None, seed: int, progress: Progress) -> Policies | None:
    """Answers to the pack's goals; None for a pack without goals."""
    if ground is None or not goal_files(pack):
        return None
    goals = find_goals(pack, ())
    catalogue = read_catalogue(pack)

    def part(number: int) -> Progress:
        return lambda done, total: progress(number * total + done, len(goals) * total)

    return Policies(
        tuple(
            answer_goal(pack, goal, catalogue, ground, seed, part(number))
            for number, goal in enumerate(goals)
        )
    )
