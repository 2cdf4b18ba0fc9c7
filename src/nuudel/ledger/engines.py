"""Where queries run: DuckDB on one machine, Spark on a cluster; the Ibis expressions are the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from nuudel.base.errors import LedgerError
from nuudel.ledger.manifest import Manifest
from nuudel.ledger.schema import FIELDS, Fact, fact_named

# Ibis is opened by what asks questions: who only writes to a ledger need not wait for it.
if TYPE_CHECKING:
    import ibis.expr.types as ir

    from nuudel.ledger.store import Ledger


@dataclass(frozen=True)
class LedgerConnection:
    """The facts of one state of a ledger in one engine.

    Attributes
    ----------
    backend
        The Ibis backend.
    manifest
        The state; loads that come later are not seen.
    tables
        The stored facts by kind, superseded ones included.
    """

    backend: Any
    manifest: Manifest
    tables: Mapping[Fact, "ir.Table"]

    def facts(self, fact: str, as_known_on: date | None = None) -> "ir.Table":
        """The facts of a kind that stand.

        Parameters
        ----------
        as_known_on
            Only what was recorded up to the end of this day (UTC), also of the corrections.
        """
        kind = fact_named(fact)
        table = self.tables[kind]
        segments = self.manifest.of(kind)
        if as_known_on is not None:
            end = datetime.combine(as_known_on, datetime.min.time()) + timedelta(days=1)
            limit = (end - datetime(1970, 1, 1)) // timedelta(microseconds=1)
            if any(segment.recorded_to >= limit for segment in segments):
                import ibis

                table = table.filter(table.recorded_at < ibis.timestamp(end))
        if any(segment.corrections for segment in segments):
            gone = table.filter(table.supersedes.notnull()).select(superseded=table.supersedes)
            table = table.anti_join(gone, table.id == gone.superseded)
        return table


def connect(ledger: "Ledger") -> LedgerConnection:
    """The facts of a ledger in DuckDB."""
    import ibis

    manifest = ledger.manifest
    backend = ibis.duckdb.connect()
    # Progress is shown by the commands, not by the engine in the midst of their output.
    backend.raw_sql("SET enable_progress_bar = false")
    return LedgerConnection(
        backend, manifest, {fact: duckdb_table(backend, ledger.folder, manifest, fact) for fact in Fact}
    )


def paths(folder: Path, manifest: Manifest, fact: Fact) -> list[str]:
    return [str(folder.absolute() / segment.file) for segment in manifest.of(fact)]


def columns_of(fact: Fact) -> list[str]:
    return [*(field.name for field in FIELDS[fact]), "year"]


def duckdb_table(backend: Any, folder: Path, manifest: Manifest, fact: Fact) -> "ir.Table":
    files = paths(folder, manifest, fact)
    if not files:
        return backend.create_table(fact.value, schema=empty_schema(fact), temp=True)
    # The year is in the folder's name: a constant for each file, read from none.
    table = backend.read_parquet(files, table_name=fact.value, hive_partitioning=True)
    return table.select(columns_of(fact))


def empty_schema(fact: Fact) -> Any:
    import ibis

    fields = [
        (field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in FIELDS[fact]
    ]
    return ibis.Schema.from_pyarrow(
        pa.schema(
            [
                *((n, pa.binary() if pa.types.is_fixed_size_binary(t) else t) for n, t in fields),
                ("year", pa.int64()),
            ]
        )
    )


def connect_spark(ledger: "Ledger", session: Any = None) -> LedgerConnection:
    """The facts of a ledger in Spark; without a session, one on this machine.

    Raises
    ------
    LedgerError
        ``LEDGER-307`` without the extra ``nuudel[spark]`` or a Java runtime.
    """
    import ibis

    manifest = ledger.manifest
    session = session or local_session()
    backend = ibis.pyspark.connect(session)
    return LedgerConnection(
        backend,
        manifest,
        {fact: spark_table(backend, session, ledger.folder, manifest, fact) for fact in Fact},
    )


def local_session() -> Any:
    """A Spark session of this process, reached from nowhere else."""
    try:
        from pyspark.errors.exceptions.base import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise no_spark("pyspark is not installed") from None
    builder = SparkSession.builder.master("local[2]").appName("nuudel")
    for key, value in SPARK_SETTINGS.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise no_spark(f"Spark does not start ({type(error).__name__})") from None


SPARK_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.session.timeZone": "UTC",
    # Without Arrow, Ibis takes rows one by one and loses the types of empty columns.
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


def no_spark(why: str) -> LedgerError:
    return LedgerError(
        307,
        f"{why}.",
        "Install nuudel[spark] and a Java runtime (on Debian: apt install default-jre-headless).",
    )


def spark_table(backend: Any, session: Any, folder: Path, manifest: Manifest, fact: Fact) -> "ir.Table":
    files = paths(folder, manifest, fact)
    name = f"nuudel_{fact.value}"
    if files:
        frame = session.read.option("basePath", str(folder.absolute() / fact.value)).parquet(*files)
    else:
        frame = session.createDataFrame([], backend_schema(fact))
    frame.select(*columns_of(fact)).createOrReplaceTempView(name)
    return backend.table(name)


def backend_schema(fact: Fact) -> Any:
    from ibis.backends.pyspark.datatypes import PySparkSchema

    return PySparkSchema.from_ibis(empty_schema(fact))
