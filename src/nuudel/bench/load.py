"""A load on a web server from this machine: as many requests as it answers, and latencies at a set rate.

HTTP/1.1 over kept connections, requests made as bytes before: the client must not be what is measured.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Request = Callable[[int], bytes]
"""The bytes of the n-th request, host header and body included."""


@dataclass(frozen=True)
class Load:
    """What a load found.

    Attributes
    ----------
    per_second
        Answers a second.
    p50_ms, p99_ms
        Milliseconds from the time at which a request was due to the end of its answer.
    failed
        Answers that were no success (2xx, 3xx).
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    failed: int


def get(path: str, **headers: str) -> Request:
    """The same GET each time."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    content = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return lambda number: content


def measure_load(port: int, request: Request, *, seconds: float, connections: int) -> Load:
    """As many requests as the server answers on so many connections."""
    return asyncio.run(run(port, request, seconds, connections, None))


def measure_at_rate(port: int, request: Request, *, seconds: float, connections: int, rate: float) -> Load:
    """Requests at a rate, each due at its own time whether or not the earlier ones are answered.

    Latency counts from the due time, so that a stall is not hidden (Tene's coordinated omission).
    """
    return asyncio.run(run(port, request, seconds, connections, rate))


async def run(port: int, request: Request, seconds: float, connections: int, rate: float | None) -> Load:
    start = time.perf_counter()
    numbers = iter(range(10**9))
    latencies: list[float] = []
    failed = 0

    async def one_connection() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                number = next(numbers)
                due = time.perf_counter() if rate is None else start + number / rate
                if due - start >= seconds:
                    return
                wait = due - time.perf_counter()
                if wait > 0:
                    await asyncio.sleep(wait)
                writer.write(request(number))
                status = await read_answer(reader)
                latencies.append(time.perf_counter() - due)
                failed += status >= 400
        finally:
            writer.close()

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    elapsed = time.perf_counter() - start
    p50, p99 = np.percentile(latencies, [50, 99]) * 1000
    return Load(len(latencies) / elapsed, float(p50), float(p99), failed)


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Read one answer whole; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    status = int(lines[0].split()[1])
    headers = dict(line.lower().split(b": ", 1) for line in lines[1:] if b": " in line)
    if headers.get(b"transfer-encoding") == b"chunked":
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif length := int(headers.get(b"content-length", 0)):
        await reader.readexactly(length)
    return status
