"""What the audit costs at the database: reads and writes with it and without, and how fast it is verified.

Two processes of four threads each, on an embedded server of their own, as ``nuudel serve`` runs one.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time

from nuudel.base.errors import RunError
from nuudel.bench.embedded import environment_in, start_platform
from nuudel.bench.harness import Figure

MODULE = "nuudel.bench.web_audit"
PROCESSES, THREADS = 2, 4
SECONDS = 5.0
WARM_UP = 1.0
PLAIN = "test_plain"  # the same table, without the trigger of the audit
RIVAL = "the same without audit"
KINDS = ("write", "plain_write", "read", "plain_read")


NAMES = {"write": "audit_writes_per_second", "read": "audit_reads_per_second"}


def measure() -> dict[str, Figure]:
    """Transactions per second over all threads, against the same transactions without audit.

    Raises
    ------
    RunError
        ``RUN-302`` where a process fails.
    """
    with tempfile.TemporaryDirectory(prefix="nuudel-bench-", ignore_cleanup_errors=True) as folder:
        told = json.loads(answer([sys.executable, "-m", MODULE], environment_in(folder)))
    figures = {
        NAMES[kind]: Figure(told[kind], f"{kind}s per second", RIVAL, told[f"plain_{kind}"] / told[kind])
        for kind in ("write", "read")
    }
    return figures | {
        "audit_verified_entries_per_second": Figure(told["verified"], "entries per second"),
    }


def answer(command: list[str], environment: dict[str, str]) -> str:
    """The last line that a process prints."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["nothing was printed"])[-1]
        raise RunError(
            302, f"the bench of the audit failed ({last}).", "Run it by itself and mend that first."
        )
    return done.stdout.strip().splitlines()[-1]


def coordinate() -> None:
    """Make the server and the tables, run the workers kind by kind, print what they reached."""
    user = prepare()
    reached: dict[str, float] = {kind: run_workers(kind, user) for kind in KINDS}
    from nuudel.web.audit.verify import verify

    start = time.perf_counter()
    verdict = verify("owner")
    assert verdict.sound, verdict.findings
    reached["verified"] = verdict.entries / (time.perf_counter() - start)
    print(json.dumps(reached))


def prepare() -> int:
    """The embedded server with the tables of the bench; the number of a registrar."""
    start_platform()
    from nuudel.web.access.roles import Role
    from nuudel.web.accounts.models import Institution, Posting, User
    from nuudel.web.audit.testing import RECORD_TYPE, make_table

    make_table()
    make_table(PLAIN, RECORD_TYPE, with_audit=False)
    user = User.objects.using("owner").create(email="bench@example.org", name="bench", synthetic=True)
    office = Institution.objects.using("owner").create(code="bench", name_mn="bench", name_en="bench")
    Posting.objects.using("owner").create(user=user, role=Role.REGISTRAR, institution=office)
    return int(user.pk)


def run_workers(kind: str, user: int) -> float:
    """Transactions per second of all processes together."""
    command = [sys.executable, "-m", MODULE, kind, str(user)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    for process in processes:  # each says that it is ready; then all start at once
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return sum(float(process.communicate()[0]) for process in processes) / SECONDS


def work(kind: str, number: int) -> None:
    """One process: its threads do transactions for some seconds; prints how many in the measured time."""
    from nuudel.web.operations.install import start_django

    start_django()
    from nuudel.web.access.context import acting
    from nuudel.web.accounts.models import User
    from nuudel.web.audit.log import record
    from nuudel.web.audit.testing import RECORD_TYPE, TABLE, hang_up, read_note, write_note

    audited, table = not kind.startswith("plain"), PLAIN if kind.startswith("plain") else TABLE
    done = [0] * THREADS
    stop = threading.Event()

    def transactions(thread: int) -> None:
        user = User.objects.get(pk=number)
        with acting(user, "bench"):
            known = write_note(user, table)
            if audited:
                record("write", RECORD_TYPE, [known])
        while not stop.is_set():
            with acting(user, "bench", "request"):
                if kind.endswith("write"):
                    touched, action = write_note(user, table), "write"
                else:
                    touched, action = known, "read"
                    assert read_note(known, table) is not None
                if audited:
                    record(action, RECORD_TYPE, [touched], ["said"])
            done[thread] += 1
        hang_up()

    print("ready", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=transactions, args=[thread]) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    time.sleep(WARM_UP)
    before = sum(done)
    time.sleep(SECONDS)
    after = sum(done)
    stop.set()
    for thread in threads:
        thread.join()
    print(after - before)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        work(sys.argv[1], int(sys.argv[2]))
    else:
        coordinate()
