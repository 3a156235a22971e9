"""Values of the standard library, and of numpy where it is installed.

EXACT lists functions of values whose previews must be repr(); the rest have a repr in
Python that we do not imitate, and are shown by their attributes."""

import contextvars
import ctypes
import datetime
import decimal
import fractions
import http
import io
import ipaddress
import pathlib
import queue
import random
import re
import signal
import string
import struct
import sys
import threading
import uuid
import _thread


def datetimes():
    hour = datetime.timezone(datetime.timedelta(hours=1))
    return {
        "date": datetime.date(2024, 2, 29), "date_first": datetime.date.min,
        "time": datetime.time(1, 2), "time_seconds": datetime.time(1, 2, 3),
        "time_micro": datetime.time(1, 2, 3, 4), "time_midnight": datetime.time(),
        "time_fold": datetime.time(1, fold=1),
        "time_zone": datetime.time(1, 2, 3, tzinfo=hour),
        "datetime": datetime.datetime(2024, 1, 2),
        "datetime_seconds": datetime.datetime(2024, 1, 2, 3, 4, 5),
        "datetime_micro": datetime.datetime(2024, 1, 2, 3, 4, 5, 6),
        "datetime_utc": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
        "datetime_zone": datetime.datetime(2024, 1, 2, 3, tzinfo=hour, fold=1),
        "datetime_last": datetime.datetime.max,
        "timedelta": datetime.timedelta(days=1, seconds=2, microseconds=3),
        "timedelta_zero": datetime.timedelta(),
        "timedelta_negative": datetime.timedelta(seconds=-1),
        "timedelta_micro": datetime.timedelta(microseconds=5),
        "timedelta_most": datetime.timedelta.max, "utc": datetime.timezone.utc,
        "zone": hour,
        "zone_named": datetime.timezone(datetime.timedelta(0, 60), "o'clock"),
        "zone_zero": datetime.timezone(datetime.timedelta(0)),
        "subclass": MyDate(2000, 1, 1),
        "timezone_odd": datetime.timezone(-datetime.timedelta(hours=3, microseconds=7)),
    }


class MyDate(datetime.date):
    pass


def decimals():
    texts = {
        "zero": "0", "minus_zero": "-0", "one": "1", "tenth": "0.10",
        "negative": "-1.25", "exponent": "1E+30", "tiny": "1E-30", "small": "0.00001",
        "smaller": "0.0000001", "infinity": "Infinity", "minus_infinity": "-Infinity",
        "nan": "NaN", "snan": "sNaN", "nan_payload": "-NaN123", "zero_exponent": "0E+5",
        "zero_fraction": "0.000",
        "long": "1234567890123456789012345678901234567890.12345678901234567890",
        "nineteen": "9" * 19, "nines": "9" * 38, "huge": "1E+999999",
        "leading": "1000000000000000000000", "point": "123.4567", "words": "7" * 200,
    }
    values = {name: decimal.Decimal(text) for name, text in texts.items()}
    values["third"] = decimal.Decimal(1) / 3
    values["float"] = decimal.Decimal(0.1)
    values["subclass"] = MyDecimal("2.50")
    return values


class MyDecimal(decimal.Decimal):
    pass


def fractions_and_uuids():
    return {
        "third": fractions.Fraction(1, 3), "negative": fractions.Fraction(-7, 2),
        "whole": fractions.Fraction(5), "huge": fractions.Fraction(1 << 80, 3),
        "uuid": uuid.UUID(int=0x12345678123456781234567812345678),
        "uuid_zero": uuid.UUID(int=0), "uuid_last": uuid.UUID(int=(1 << 128) - 1),
    }


def paths():
    shown = pathlib.PurePosixPath("/seen/once")
    str(shown)
    return {
        "posix": pathlib.Path("/usr/bin/python3"),
        "pure": pathlib.PurePosixPath("a", "b'c"), "seen": shown,
        "windows": pathlib.PureWindowsPath("C:\\a\\b"), "dot": pathlib.PurePath("."),
        "root": pathlib.PurePosixPath("/"),
        "joined": pathlib.PurePosixPath("/a") / "b" / "c",
        "parent": pathlib.PurePosixPath("/a/b/c").parent,
        "parts": pathlib.PurePosixPath("x//y/./z"),
        "relative": pathlib.PurePosixPath("../up"),
        "drive": pathlib.PureWindowsPath("//host/share/x"),
        "suffix": pathlib.PurePosixPath("a.txt").with_suffix(".py"),
        "absolute": pathlib.PurePosixPath("a", "/b", "c"),
        "non_ascii": pathlib.PurePosixPath("caf\xe9/\u86c7"),
    }


def patterns():
    return {
        "plain": re.compile("a+b"), "flags": re.compile("x", re.I | re.S),
        "ascii": re.compile("x", re.ASCII), "bytes": re.compile(b"\xff'"),
        "bytes_flags": re.compile(b"a", re.M | re.X), "quote": re.compile("it's"),
        "escaped": re.compile(r"\d+\s"), "long": re.compile("ab" * 200),
        "inline": re.compile("(?i)x"), "locale": re.compile(b"x", re.L),
        "debug": re.compile("(?s:x)", re.U),
    }


def matches():
    return {
        "plain": re.search("na", "banana"), "bytes": re.match(b"a", b"abc"),
        "empty": re.match("", "x"), "groups": re.match(r"(\w+) (\w+)", "dead snake's"),
        "long": re.match(".*", "x" * 300),
        "from_array": re.match(b"b", bytearray(b"bc")),
    }


class CPoint(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]


class COther(ctypes.Union):
    _fields_ = [("i", ctypes.c_uint), ("f", ctypes.c_float)]


def ctypes_scalars():
    return {
        "int": ctypes.c_int(-5), "uint": ctypes.c_uint(5), "byte": ctypes.c_byte(-1),
        "ubyte": ctypes.c_ubyte(255), "short": ctypes.c_short(-2),
        "ushort": ctypes.c_ushort(2), "long": ctypes.c_long(-1 << 62),
        "ulong": ctypes.c_ulong((1 << 64) - 1), "longlong": ctypes.c_longlong(7),
        "size": ctypes.c_size_t(9), "float": ctypes.c_float(0.1),
        "double": ctypes.c_double(0.1), "bool": ctypes.c_bool(True),
        "char": ctypes.c_char(b"'"), "wchar": ctypes.c_wchar("\u20ac"),
        "pointer_null": ctypes.c_void_p(), "char_p_null": ctypes.c_char_p(),
        "char_p": ctypes.c_char_p(b"dead"), "wchar_p": ctypes.c_wchar_p("sn\u20ac"),
        "object": ctypes.py_object([1]), "int8": ctypes.c_int8(3),
        "int64": ctypes.c_int64(4), "subclass": MyCInt(6),
        "big_endian": ctypes.c_int.__ctype_be__(8),
    }


class MyCInt(ctypes.c_int):
    pass


def ctypes_others():
    function = ctypes.CFUNCTYPE(ctypes.c_int)
    return {
        "array": (ctypes.c_int * 3)(1, 2, 3),
        "chars": ctypes.create_string_buffer(b"abc"), "struct": CPoint(1, 2.5),
        "union": COther(1), "pointer": ctypes.pointer(ctypes.c_int(1)),
        "callback": function(lambda: 1), "structs": (CPoint * 2)(), "type": CPoint,
    }


def others_in_c():
    variable = contextvars.ContextVar("variable", default=1)
    locked, held = _thread.allocate_lock(), threading.RLock()
    locked.acquire()
    held.acquire()
    closed = io.BytesIO()
    closed.close()
    return {
        "bytes_io": io.BytesIO(b"x"), "string_io": io.StringIO("x"),
        "bytes_io_closed": closed, "random": random.Random(1),
        "context": contextvars.copy_context(), "context_variable": variable,
        "context_variable_plain": contextvars.ContextVar("plain"),
        "context_token": variable.set(2), "lock": _thread.allocate_lock(),
        "lock_held": locked, "simple_queue": queue.SimpleQueue(),
        "struct": struct.Struct("<i"), "rlock": threading.RLock(), "rlock_held": held,
    }


def enums_of_library():
    values = {
        "status": http.HTTPStatus.NOT_FOUND, "signal": signal.SIGTERM,
        "handler": signal.SIG_DFL,
    }
    if sys.version_info >= (3, 11):  # until then its repr is a method of its own
        values.update(regex_flag=re.I, regex_flags=re.I | re.S, regex_none=re.I & re.S)
    return values


def with_repr_in_python():
    values = {
        "address": ipaddress.IPv4Address("127.0.0.1"),
        "condition": threading.Condition(), "thread": threading.Thread(name="idle"),
        "main_thread": threading.main_thread(),
    }
    if sys.version_info >= (3, 11):
        values.update(event=threading.Event(), semaphore=threading.Semaphore(3))
    return values


def without_repr():
    values = {
        "template": string.Template("$x"), "formatter": string.Formatter(),
        "queue": queue.Queue(5),
    }
    if sys.version_info >= (3, 9):
        import graphlib
        values["sorter"] = graphlib.TopologicalSorter({1: [2]})
    return values


def numpys():
    try:
        import numpy
    except ImportError:
        return {}
    values = {
        name: getattr(numpy, name)(7) for name in (
            "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
            "float32", "float64")
    }
    values.update(
        float32_tenth=numpy.float32(0.1), float64_tenth=numpy.float64(0.1),
        bool=numpy.bool_(True), float64_e16=numpy.float64(1e16),
        complex128=numpy.complex128(1 - 2j), minus=numpy.int64(-3))
    return values


def numpy_arrays():
    """Previews are a header and the first elements, not numpy's layout of lines."""
    try:
        import numpy
    except ImportError:
        return {}
    return {
        "vector": numpy.arange(10), "matrix": numpy.eye(3),
        "empty": numpy.zeros((0, 4)), "strided": numpy.arange(100)[::7],
        "fortran": numpy.asfortranarray(numpy.ones((2, 3))), "scalar": numpy.array(5),
        "text": numpy.array(["a", "bc"]),
        "objects": numpy.array([None, "x"], dtype=object), "dtype": numpy.dtype("<i4"),
        "float16": numpy.arange(3, dtype="f2"),
    }


EXACT = [
    datetimes, decimals, fractions_and_uuids, paths, patterns, matches, ctypes_scalars,
    ctypes_others, others_in_c, enums_of_library, without_repr, numpys]
BY_ATTRIBUTES = [with_repr_in_python, numpy_arrays]
