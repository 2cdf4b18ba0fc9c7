"""The command line: one verb per step, one file per group of verbs.

Nothing heavy is imported here; each command imports what it needs (``nuudel --help`` takes under 0.3 s).
"""

import sys

import typer

from nuudel.base.errors import NuudelError
from nuudel.cli.admin import app as admin_app
from nuudel.cli.audit import app as audit_app
from nuudel.cli.backtest import backtest as backtest_command
from nuudel.cli.backup import backup as backup_command
from nuudel.cli.backup import restore as restore_command
from nuudel.cli.bench import bench as bench_command
from nuudel.cli.doctor import doctor as doctor_command
from nuudel.cli.fit import fit as fit_command
from nuudel.cli.flow import app as flow_app
from nuudel.cli.gravity import gravity as gravity_command
from nuudel.cli.keys import app as keys_app
from nuudel.cli.ledger import app as ledger_app
from nuudel.cli.node import app as node_app
from nuudel.cli.otor import app as otor_app
from nuudel.cli.pack import app as pack_app
from nuudel.cli.places import app as places_app
from nuudel.cli.policy import policy as policy_command
from nuudel.cli.project import project as project_command
from nuudel.cli.register import app as register_app
from nuudel.cli.release import release as release_command
from nuudel.cli.rounds import app as rounds_app
from nuudel.cli.run import run as run_command
from nuudel.cli.serve import serve as serve_command
from nuudel.cli.simulate import simulate as simulate_command
from nuudel.cli.survey import app as survey_app

app = typer.Typer(
    name="nuudel",
    help="Nuudel: the movement of people, registered, measured and explained.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("run")(run_command)
app.command("release")(release_command)
app.add_typer(pack_app, name="pack")
app.add_typer(places_app, name="places")
app.add_typer(ledger_app, name="ledger")
app.command("fit")(fit_command)
app.command("backtest")(backtest_command)
app.command("gravity")(gravity_command)
app.command("project")(project_command)
app.command("simulate")(simulate_command)
app.command("policy")(policy_command)
app.add_typer(admin_app, name="admin")
app.command("serve")(serve_command)
app.command("doctor")(doctor_command)
app.command("backup")(backup_command)
app.command("restore")(restore_command)
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")
app.add_typer(register_app, name="register")
app.add_typer(otor_app, name="otor")
app.add_typer(survey_app, name="survey")
app.add_typer(rounds_app, name="rounds")
app.add_typer(flow_app, name="flow")
app.add_typer(node_app, name="node")
app.command("bench")(bench_command)


def main() -> None:
    """Run the command line; an error that a person can act on is one line and exit status 1."""
    try:
        app()
    except NuudelError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
