"""Results of a step kept on disk: frozen dataclasses of arrays, tables and plain values, read back by type.

The file is MessagePack; reading it runs no code of the file's, whoever wrote it.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_origin

import msgspec
import numpy as np
import polars as pl

from nuudel.base.errors import RunError

Result = TypeVar("Result")


def write_result(result: object, path: Path) -> None:
    """Write a frozen dataclass whose fields are arrays, Polars tables, plain values or such dataclasses."""
    path.write_bytes(msgspec.msgpack.encode(result, enc_hook=encode))


def read_result(kind: type[Result], path: Path) -> Result:
    """Read a result of the given kind.

    Raises
    ------
    RunError
        ``RUN-107``: the file is missing, or holds something else.
    """
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=kind, dec_hook=decode)
    except (OSError, ValueError, TypeError, KeyError, pl.exceptions.PolarsError) as error:
        raise RunError(
            107,
            f"the kept result {path.name} cannot be read.",
            "Delete the folder of the results and run the command again.",
        ) from error


def encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.str, "shape": value.shape, "data": value.tobytes()}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, pl.DataFrame):
        buffer = io.BytesIO()
        value.write_ipc(buffer)
        return buffer.getvalue()
    raise TypeError(f"a result cannot hold a {type(value).__name__}")


def decode(kind: Any, value: Any) -> Any:
    if get_origin(kind) is np.ndarray:
        dtype = np.dtype(value["dtype"])
        if dtype.hasobject:
            raise ValueError("arrays of objects are not read")
        return np.frombuffer(value["data"], dtype).reshape(value["shape"])
    if kind is pl.DataFrame:
        return pl.read_ipc(io.BytesIO(value))
    raise TypeError(f"a result cannot hold a {kind}")
