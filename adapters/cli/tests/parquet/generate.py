"""Writes the Parquet files that the tests read: one of each writer, with a column for each type.

    python3 -m venv .venv && .venv/bin/pip install pyarrow pandas polars duckdb
    .venv/bin/python adapters/cli/tests/parquet/generate.py

Every column that can be read holds 1.25 and -2.5 where its type has decimals, 3 and 200 where it
has not. The tests hold each against that, and the others against the name of their type.
"""

import datetime
import decimal
import pathlib
import uuid

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent
D = decimal.Decimal
FRACTIONS, WHOLE = [1.25, -2.5], [3, 200]
DECIMALS = [D("1.25"), D("-2.50")]
DATES = [datetime.date(2020, 1, 2)] * 2
TIMES = [datetime.time(1, 2, 3)] * 2
STAMPS = [datetime.datetime(2020, 1, 2, 3, 4, 5)] * 2
SPANS = [datetime.timedelta(seconds=5)] * 2


def with_pyarrow():
    a = pyarrow
    columns = {
        "float16": a.array(numpy.array(FRACTIONS, dtype=numpy.float16)),
        "float32": a.array(FRACTIONS, a.float32()),
        "float64": a.array(FRACTIONS, a.float64()),
        "dictionary": a.array(FRACTIONS, a.float64()).dictionary_encode(),
        "nan": a.array([1.25, float("nan")], a.float64()),
        "nulls": a.array([1.25, None], a.float64()),
        "null_type": a.nulls(2),
        "int64_large": a.array([2**53 + 1, -(2**63)], a.int64()),
        "uint64_large": a.array([2**64 - 1, 2**24 + 1], a.uint64()),
        "uint32_large": a.array([2**32 - 1, 2**24 + 1], a.uint32()),
        "boolean": a.array([True, False]),
        "date32": a.array(DATES, a.date32()),
        "date64": a.array(DATES, a.date64()),
        "time32": a.array(TIMES, a.time32("ms")),
        "time64": a.array(TIMES, a.time64("us")),
        "timestamp": a.array(STAMPS, a.timestamp("us")),
        "timestamp_utc": a.array(STAMPS, a.timestamp("ms", "UTC")),
        "duration": a.array(SPANS, a.duration("us")),
        "text": a.array(["1.25", "-2.5"]),
        "large_text": a.array(["1.25", "-2.5"], a.large_string()),
        "category": a.array(["1.25", "-2.5"]).dictionary_encode(),
        "binary": a.array([b"1", b"2"]),
        "fixed_binary": a.array([b"12", b"34"], a.binary(2)),
        "uuid": a.array([uuid.UUID(int=1).bytes] * 2, a.uuid()),
        "list": a.array([[1.0], [2.0]]),
        "fixed_list": a.array([[1.0, 2.0], [3.0, 4.0]], a.list_(a.float32(), 2)),
        "struct": a.array([{"a": 1.0}, {"a": 2.0}]),
        "map": a.array([[("a", 1.0)], [("b", 2.0)]], a.map_(a.string(), a.float64())),
    }
    for bits in (8, 16, 32, 64):
        small = [3, 100] if bits == 8 else WHOLE
        columns[f"int{bits}"] = a.array(small, getattr(a, f"int{bits}")())
        columns[f"uint{bits}"] = a.array(WHOLE, getattr(a, f"uint{bits}")())
    for digits in (3, 12, 30):
        columns[f"decimal{digits}"] = a.array(DECIMALS, a.decimal128(digits, 2))
    columns["decimal_256"] = a.array(DECIMALS, a.decimal256(60, 2))
    columns["decimal_whole"] = a.array([D(3), D(200)], a.decimal128(9, 0))
    # These two hold nothing, but are required.
    required = ["float64", "int32"]
    schema = a.schema([a.field(n, c.type, n not in required) for n, c in columns.items()])
    table = a.table(columns, schema)
    write = pyarrow.parquet.write_table
    write(table, HERE / "pyarrow.parquet", compression="snappy")
    some = table.select(["float64", "dictionary", "float32", "decimal30", "int16"])
    write(some, HERE / "pyarrow_v2_gzip.parquet", data_page_version="2.0", compression="gzip")
    old = table.select(["timestamp", "float64", "decimal3"])
    write(
        old,
        HERE / "pyarrow_old.parquet",
        version="1.0",
        use_deprecated_int96_timestamps=True,
        store_decimal_as_integer=True,
        use_dictionary=False,
    )
    split = {"float64": "BYTE_STREAM_SPLIT", "int64": "DELTA_BINARY_PACKED"}
    write(
        table.select(list(split)),
        HERE / "pyarrow_encodings.parquet",
        use_dictionary=False,
        column_encoding=split,
        write_page_checksum=True,
    )


def with_pandas():
    frame = pandas.DataFrame(
        {
            "float64": FRACTIONS,
            "float32": numpy.array(FRACTIONS, dtype=numpy.float32),
            "int64": WHOLE,
            "uint8": numpy.array(WHOLE, dtype=numpy.uint8),
            "nullable": pandas.array(WHOLE, dtype="Int64"),
            "nullable_null": pandas.array([3, None], dtype="Int64"),
            "decimal": DECIMALS,
            "boolean": [True, False],
            "timestamp": STAMPS,
            "duration": SPANS,
            "text": ["1.25", "-2.5"],
            "category": pandas.Categorical(["a", "b"]),
        },
        index=[10, 20],
    )
    frame.to_parquet(HERE / "pandas.parquet")


def with_polars():
    p = polars
    frame = p.DataFrame(
        [
            p.Series("float64", FRACTIONS),
            p.Series("float32", FRACTIONS, p.Float32),
            p.Series("int64", WHOLE),
            p.Series("int16", WHOLE, p.Int16),
            p.Series("uint8", WHOLE, p.UInt8),
            p.Series("uint64", WHOLE, p.UInt64),
            p.Series("decimal", DECIMALS, p.Decimal(20, 2)),
            p.Series("boolean", [True, False]),
            p.Series("date", DATES),
            p.Series("time", TIMES),
            p.Series("timestamp", STAMPS),
            p.Series("duration", SPANS),
            p.Series("text", ["1.25", "-2.5"]),
            p.Series("category", ["a", "b"], p.Categorical),
            p.Series("list", [[1.0], [2.0]]),
            p.Series("array", [[1.0, 2.0], [3.0, 4.0]], p.Array(p.Float64, 2)),
            p.Series("struct", [{"a": 1.0}, {"a": 2.0}]),
            p.Series("null_type", [None, None]),
        ]
    )
    frame.write_parquet(HERE / "polars.parquet", compression="snappy")


def with_duckdb():
    columns = {
        "float32": "FLOAT",
        "float64": "DOUBLE",
        "decimal4": "DECIMAL(4, 2)",
        "decimal9": "DECIMAL(9, 2)",
        "decimal18": "DECIMAL(18, 2)",
        "decimal38": "DECIMAL(38, 2)",
    }
    rows = ", ".join(f"CAST(v AS {kind}) AS {name}" for name, kind in columns.items())
    whole = {
        "int16": "SMALLINT",
        "int32": "INTEGER",
        "int64": "BIGINT",
        "huge": "HUGEINT",
        "uint8": "UTINYINT",
        "uint16": "USMALLINT",
        "uint32": "UINTEGER",
        "uint64": "UBIGINT",
    }
    rows += ", " + ", ".join(f"CAST(w AS {kind}) AS {name}" for name, kind in whole.items())
    other = {
        "boolean": "true",
        "date": "DATE '2020-01-02'",
        "time": "TIME '01:02:03'",
        "timestamp": "TIMESTAMP '2020-01-02 03:04:05'",
        "timestamp_tz": "TIMESTAMPTZ '2020-01-02 03:04:05+00'",
        "interval": "INTERVAL 5 SECONDS",
        "uuid": "UUID '00000000-0000-0000-0000-000000000001'",
        "text": "'1.25'",
        "blob": "'\\x01'::BLOB",
        "enum": "'a'::ENUM('a', 'b')",
        "list": "[1.0::DOUBLE]",
        "struct": "{'a': 1.0::DOUBLE}",
        "map": "MAP {'a': 1.0::DOUBLE}",
        "json": "'1.25'::JSON",
    }
    rows += ", " + ", ".join(f'{value} AS "{name}"' for name, value in other.items())
    values = "(VALUES (1.25, 3), (-2.5, 200)) AS t(v, w)"
    target = HERE / "duckdb.parquet"
    duckdb.sql(f"COPY (SELECT {rows} FROM {values}) TO '{target}' (FORMAT parquet)")


def whole_frames():
    """Tables as data frames have them by default: names as ids, an index, times as dates."""
    xs, ys = [1.5, 3.0, 5.5], [2.5, 4.0, 6.0]
    frame = pandas.DataFrame({"id": ["a", "b", "c"], "x": xs, "y": ys})
    frame.to_parquet(HERE / "pandas_frame.parquet")
    frame = pandas.DataFrame({"id": [0.0, 1.0, 2.0], "x": xs, "y": ys}, index=["p", "q", "r"])
    frame.to_parquet(HERE / "pandas_index.parquet")
    frame = polars.DataFrame({"id": ["a", "b", "c"], "x": xs, "y": ys})
    frame.write_parquet(HERE / "polars_frame.parquet", compression="snappy")
    when = [datetime.datetime(2020, 1, 2, 0, minute) for minute in (0, 1) for _ in xs]
    columns = {"who": ["a", "b", "c"] * 2, "when": when, "x": xs + ys, "y": ys + xs}
    pandas.DataFrame(columns).to_parquet(HERE / "pandas_times.parquet")


for make in (with_pyarrow, with_pandas, with_polars, with_duckdb, whole_frames):
    make()
