"""A load that is killed at any point and run again: every accepted row is in exactly once."""

import json
import subprocess
import sys
from pathlib import Path

from nuudel.ledger import Ledger

from .facts import PLACES, movements, uuid7

# The child kills itself (SIGKILL: no handler, no clean-up) at the nth call of what makes a load durable.
CHILD = """
import json, os, signal, sys
import pyarrow.parquet as pq
from nuudel.ledger import Ledger

folder, file = sys.argv[1:3]
places = json.loads(sys.argv[3])

def die_at(point):
    left = [point]
    def counted(function):
        def call(*args, **kwargs):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return function(*args, **kwargs)
        return call
    os.replace, os.fsync = counted(os.replace), counted(os.fsync)
    pq.ParquetWriter.write_table = counted(pq.ParquetWriter.write_table)
    pq.ParquetWriter.close = counted(pq.ParquetWriter.close)

point, killed = 0, True
while killed:
    target = f"{folder}/{point}"
    Ledger.open(target, places=places)
    pid = os.fork()
    if pid == 0:
        die_at(point)
        Ledger.open(target, places=places).load_file(file)
        os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(pid, 0)[1])
    print(json.dumps({"ledger": target, "killed": killed}), flush=True)
    point += 1
"""


def test_killed_at_every_point_and_run_again(tmp_path: Path) -> None:
    rows = [{"id": uuid7(n) if n % 3 else None, "persons": n - 1} for n in range(12)]
    frame = movements(*rows).with_columns(start=movements(*rows)["start"].dt.offset_by("-1y"))
    file = tmp_path / "moves.csv"
    movements(*rows).vstack(frame.with_columns(id=None).cast(frame.schema)).write_csv(file)
    whole = Ledger.open(tmp_path / "whole", places=PLACES)
    expected = whole.load_file(file)
    assert (expected.accepted, expected.rejected) == (22, 2)
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(file), json.dumps(PLACES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(runs) > 10
    assert [run["killed"] for run in runs] == [True] * (len(runs) - 1) + [False]
    for run in runs:
        ledger = Ledger.open(run["ledger"], places=PLACES)
        before = ledger.counts("movement").get("register")
        # All of it or nothing: the manifest is replaced last.
        assert before is None or before.facts == 22
        again = ledger.load_file(file)
        assert again.accepted + again.already_there == 22
        assert again.rejected == 2
        assert ledger.name == expected.name
        assert ledger.counts("movement")["register"].facts == 22
        listed = {ledger.folder / segment.file for segment in ledger.manifest.segments}
        assert set(ledger.folder.glob("*/*/*.parquet")) == listed
        assert not (ledger.folder / "work").exists()
