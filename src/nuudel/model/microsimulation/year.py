"""One year of all people, piece by piece on several threads; sums of whole numbers do not depend on them."""

from concurrent.futures import Executor
from queue import SimpleQueue

import numpy as np

from nuudel.model.microsimulation.kernel import CELLS, CHUNK
from nuudel.model.microsimulation.newcomers import live_chunks, settle_immigrants
from nuudel.model.microsimulation.people import WORDS, People
from nuudel.model.microsimulation.random_numbers import IMMIGRANT_COUNT, draw_words, key
from nuudel.model.microsimulation.recording import Events
from nuudel.model.microsimulation.structures import Counters, Counts, Moment, Rows, Scratch, Words
from nuudel.model.microsimulation.yearly import YearTables
from nuudel.model.projection.inputs import AGES, SEXES, Rates

# Chunks that a thread takes at once: about two milliseconds of work.
PIECE = 128


class Tally:
    """Counters and scratch memory of one thread."""

    def __init__(self, places: int, corridors: int) -> None:
        self.counters = Counters(
            flows=np.zeros((5, places * CELLS), np.int32),
            moves=np.zeros((places, places), np.int32),
            to=np.zeros(corridors, np.int32),
            left_home=np.zeros(places, np.int32),
            births=np.zeros((2, places, len(SEXES)), np.int32),
        )
        # One more than a chunk: the list is written before it is known whether something happens.
        self.newborns = np.empty((WORDS, PIECE * CHUNK), np.uint32)
        person, birth, home, destination = np.empty((4, CHUNK), np.uint32)
        self.scratch = Scratch(person, birth, home, destination, np.empty(CHUNK + 1, np.int32))


class YearOfPeople:
    """Runs years on the threads of a pool."""

    def __init__(self, pool: Executor, workers: int, rates: Rates, fraction: float, seed: int) -> None:
        self.pool, self.rates, self.fraction = pool, rates, fraction
        # Neighbouring seeds must not be neighbouring keys: numbers of people are neighbours too.
        self.seed = np.random.SeedSequence(seed).generate_state(1)[0]
        self.tallies = [Tally(len(rates.places), len(rates.corridors)) for _ in range(workers + 1)]
        self.free: SimpleQueue[Tally] = SimpleQueue()
        for tally in self.tallies:
            self.free.put(tally)

    def live(self, people: People, i: int, tables: YearTables) -> Events:
        """Everything that happens in year ``i``; survivors stay and newcomers are added to ``people``."""
        for tally in self.tallies:
            for counter in tally.counters:
                counter.fill(0)
        moment = Moment(self.seed, key(int(self.rates.years[i])), AGES - 1 + i)
        pieces = range(0, people.starts.size, PIECE)
        tasks = [self.pool.submit(self.piece, people, first, moment, tables) for first in pieces]
        arrived, immigrants_from = self.immigrants(moment, tables)
        people.append([*(task.result() for task in tasks), *arrived])
        return self.events(immigrants_from)

    def piece(self, people: People, first: int, moment: Moment, tables: YearTables) -> Words:
        """Chunks from ``first`` on; returns the newborns who live."""
        last = min(first + PIECE, people.starts.size)
        tally = self.free.get()
        try:
            living = live_chunks(
                Rows(*people.words), people.starts, people.counts, first, last, moment, tables.limits,
                tally.counters, tally.scratch, Rows(*tally.newborns),
            )  # fmt: skip
            return tally.newborns[:, :living].copy()
        finally:
            self.free.put(tally)

    def immigrants(self, moment: Moment, tables: YearTables) -> tuple[list[Words], Counts]:
        """Immigrants of each corridor and their living newborns, as words; and the numbers by corridor."""
        corridor = np.arange(len(self.rates.corridors), dtype=np.uint32)
        uniform, other = np.empty((2, corridor.size), np.uint32)
        purpose = np.uint32(moment.key + IMMIGRANT_COUNT)
        draw_words(self.seed, purpose, corridor, np.zeros_like(corridor), uniform, other)
        # A fraction of a person comes with that probability.
        counts = np.floor(tables.immigrants * self.fraction + uniform / 2.0**32).astype(np.int32)
        arrived: list[Words] = []
        tally = self.free.get()
        for k, count in enumerate(counts.tolist()):
            newcomers, pending = np.empty((2, WORDS, count), np.uint32)
            living = settle_immigrants(
                k, count, moment, tables.settling[k], tables.immigrant_ages[k], tables.limits, tally.counters,
                Rows(*newcomers), Rows(*pending),
            )  # fmt: skip
            arrived += [newcomers, pending[:, :living]]
        self.free.put(tally)
        return arrived, counts

    def events(self, immigrants_from: Counts) -> Events:
        """Sums over the threads."""
        total = Counters(
            *(sum(each[1:], start=each[0]) for each in zip(*(t.counters for t in self.tallies), strict=True))
        )
        r = len(self.rates.places)
        deaths, emigrants, departures, arrivals, immigrants = total.flows.reshape(5, r, len(SEXES), AGES)
        return Events(
            deaths=deaths,
            emigrants=emigrants,
            departures=departures,
            arrivals=arrivals,
            immigrants=immigrants,
            births=total.births[0],
            newborn_deaths=total.births[1],
            moves=total.moves,
            emigrants_to=total.to,
            immigrants_from=immigrants_from,
            left_home=total.left_home,
        )
