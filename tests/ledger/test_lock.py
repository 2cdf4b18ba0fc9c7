"""Two loads at once: the second waits for the first, or says that it is there."""

import threading
import time
from pathlib import Path

import pytest

from nuudel.base.errors import LedgerError
from nuudel.ledger import Ledger
from nuudel.ledger.lock import writing

from .facts import PLACES, movements, uuid7


def test_the_second_load_says_that_another_is_writing(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, places=PLACES, wait_seconds=0.1)
    with writing(tmp_path, 0), pytest.raises(LedgerError, match="LEDGER-303"):
        ledger.append(movements({}))
    assert ledger.append(movements({})).accepted == 1


def test_the_second_load_waits_for_the_first(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, places=PLACES)
    held = threading.Event()

    def hold() -> None:
        with writing(tmp_path, 0):
            held.set()
            time.sleep(0.2)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    assert ledger.append(movements({})).accepted == 1
    thread.join()


def test_loads_at_once_are_all_in(tmp_path: Path) -> None:
    results = []

    def append(number: int) -> None:
        ledger = Ledger.open(tmp_path, places=PLACES)
        results.append(ledger.append(movements(*({"id": uuid7(10 * number + k)} for k in range(10)))))

    threads = [threading.Thread(target=append, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(result.accepted for result in results) == 50
    assert Ledger.open(tmp_path).counts("movement")["register"].facts == 50
