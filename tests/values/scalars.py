"""Values that hold nothing else: numbers, text, bytes, and the singletons.

Each function returns {label: value}; EXACT lists those whose previews must be repr().
"""

import ctypes
import sys

TEXT = "hognose plays dead"


def ints():
    # 15- and 30-bit digits, and the sizes where their count or a machine word changes.
    edges = {"2_%d" % bits: 1 << bits for bits in
             (8, 15, 16, 29, 30, 31, 32, 45, 59, 60, 61, 62, 63, 64, 89, 90, 127, 128,
              1000, 4096, 14280)}
    values = {"zero": 0, "one": 1, "minus_one": -1, "minus_five": -5, "minus_six": -6,
              "cached_last": 256, "cached_not": 257, "ten_18": 10 ** 18,
              "ten_19": 10 ** 19, "googol": 10 ** 100, "digits_4300": 10 ** 4299,
              "digits_4300_nines": -(10 ** 4300 - 1),
              "mixed": 123456789012345678901234567890, "zero_digits": 7 << 900}
    for name, edge in edges.items():
        values["p" + name] = edge
        values["p" + name + "_less"] = edge - 1
        values["m" + name] = -edge
    return values


def huge_ints():
    """Beyond the 4,300 digits at which repr itself refuses: see program.py."""
    return {"digits_4301": 10 ** 4300, "negative": -(10 ** 4300) - 1,
            "bits_20000": (1 << 20000) // 7, "bits_million": (1 << 1000000) + 5,
            "nested": [1 << 15000, -(1 << 15000)]}


def bools():
    return {"true": True, "false": False}


def floats():
    return {
        "zero": 0.0, "minus_zero": -0.0, "one": 1.0, "minus_half": -0.5, "tenth": 0.1,
        "third": 1 / 3, "sum": 0.1 + 0.2, "pi": 3.141592653589793, "whole": 123456789.0,
        "big_whole": 1e15, "just_below_1e16": 9999999999999998.0, "e16": 1e16,
        "e17": 1e17, "e22": 1e22, "e23": 1e23, "small": 0.0001, "smaller": 0.00001,
        "smaller_digits": 0.000012345, "max": sys.float_info.max,
        "min": sys.float_info.min, "subnormal": 5e-324,
        "subnormal_most": 2.225073858507201e-308, "epsilon": sys.float_info.epsilon,
        "two_53": 2.0 ** 53, "two_53_plus": 2.0 ** 53 + 2, "inf": float("inf"),
        "minus_inf": float("-inf"), "nan": float("nan"), "minus_nan": -float("nan"),
        "speed": 299792458.0, "avogadro": 6.02214076e23, "planck": 6.62607015e-34,
        "hard": 9007199254740993e-1, "halfway": 5e-322,
        "minus_max": -sys.float_info.max, "long": 0.30000000000000004 * 3,
    }


def complexes():
    inf, nan = float("inf"), float("nan")
    return {
        "zero": 0j, "one": 1 + 0j, "imaginary": 1j, "minus_imaginary": -1j,
        "both": 1.5 - 2.25j, "minus_zero_real": complex(-0.0, 1.0),
        "minus_zero_imaginary": complex(1.0, -0.0), "minus_zeros": complex(-0.0, -0.0),
        "zero_real": complex(0.0, 2.0), "inf": complex(inf, -inf),
        "nan": complex(nan, nan), "nan_imaginary": complex(0.0, nan),
        "big": complex(1e16, 1e-5), "whole": complex(3, 4),
    }


def strs():
    values = {
        "empty": "", "one": "a", "ascii": TEXT, "space": " ", "single": "it's",
        "double": 'say "dead"', "both": "it's \"dead\"", "backslash": "C:\\dead\\snake",
        "newline": "one\ntwo\r\n\ttabbed", "null": "a\0b",
        "controls": "".join(map(chr, range(32))), "delete": "\x7f",
        "c1": "".join(map(chr, range(0x80, 0xa1))), "escape": "\x1b[31mred\x1b[0m",
        "latin1": "caf\xe9 \xff\xa0\xad", "latin1_one": "\xe9", "soft_hyphen": "a\xadb",
        "ucs2": "\u017bółw \u20ac", "cjk": "\u86c7\u7684\u6b7b",
        "thin_spaces": "a\u2009b\u3000c\u2028d\u2029e",
        "zero_width": "a\u200bb\u200dc\ufeffd",
        "bidi": "\u202etxt.exe\u202c\u2066x\u2069\u061c", "combining": "e\u0301\u0325",
        "arabic": "\u0627\u0644\u062b\u0639\u0628\u0627\u0646",
        "surrogate_high": "a\ud800b", "surrogate_low": "\udcff",
        "surrogate_pair": "\ud83d\ude00",
        "surrogates_all_ways": "\udbff\udfff\udc00\ud800", "private": "\ue000\uf8ff",
        "noncharacter": "\ufffe\uffff\ufdd0", "ucs4": "snake \U0001f40d",
        "emoji_joined": "\U0001f469\u200d\U0001f4bb\ufe0f",
        "flag": "\U0001f1f5\U0001f1f1", "ucs4_last": "\U0010ffff",
        "tags": "\U000e0001\U000e0041", "unicode_13": "\U0001fad0\U0001f978",
        "unicode_14": "\U0001fae0\u20c0", "unicode_15": "\U0001fae8\U0001fa77",
        "unicode_16": "\U0001fae9\U0001fadc", "unicode_17": "\U0001faea\U0001fac8",
        "unassigned": "\u0378\U0001faff\U000fffff", "mixed_quotes_ucs2": "'\u20ac'",
        "mixed_quotes_ucs4": "\"'\U0001f40d'\"", "long": TEXT * 1000,
        "long_ucs4": "\U0001f40d" * 5000, "interned": sys.intern("interned_by_us"),
        "identifier": "an_identifier", "percent": "100 %s {}", "nul_end": "end\0",
    }
    # All code points that are or may become characters, so that every Unicode
    # version's idea of what is printable is held against ours.
    values.update(
        (
            "plane_%x" % plane, "".join(map(chr, range(plane << 16, (plane + 1) << 16)))
        ) for plane in (0, 1, 2, 3, 14))
    values["planes_reserved"] = "".join(
        map(chr, (code for plane in range(4, 17)
                  for code in range(plane << 16, (plane << 16) + 32))))
    return values


def legacy_strs():
    """Strings whose characters lie elsewhere: until 3.11, made by old C code. repr()
    turns the wchar_t that such a string begins with into characters of its own."""
    if sys.version_info >= (3, 12):
        return {}
    texts = {
        "ascii": "dead", "latin1": "caf\xe9", "ucs2": "sn\u20ac", "ucs4": "\U0001f40d'",
    }
    values = {name + "_unready": unready_str(text) for name, text in texts.items()}
    UNREADY.update(
        (id(values[name + "_unready"]), text) for name, text in texts.items())
    values.update((name, unready_str(text)) for name, text in texts.items())
    return values


UNREADY = {}  # {id: what it holds}, of those that must not be touched


def unready_str(text):
    api = ctypes.pythonapi
    api.PyUnicode_FromUnicode.restype = ctypes.py_object
    api.PyUnicode_FromUnicode.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
    api.PyUnicode_AsUnicode.restype = ctypes.c_void_p
    api.PyUnicode_AsUnicode.argtypes = [ctypes.py_object]
    value = api.PyUnicode_FromUnicode(None, len(text))
    characters = ctypes.create_unicode_buffer(text)
    ctypes.memmove(
        api.PyUnicode_AsUnicode(value), characters, ctypes.sizeof(characters))
    return value


def bytes_likes():
    return {
        "empty": b"", "ascii": b"dead", "quote": b"it's", "double": b'"',
        "both": b"'\"", "all": bytes(range(256)), "null": b"\0", "backslash": b"\\",
        "utf8": "\u86c7".encode(), "one": b"a", "long": b"0123456789" * 1000,
        "array": bytearray(b"dead"), "array_empty": bytearray(),
        "array_quote": bytearray(b"it's"), "array_all": bytearray(range(256)),
        "array_shrunk": shrunk(),
    }


def shrunk():
    """A bytearray that begins behind the start of its block."""
    array = bytearray(b"0123456789" * 10)
    del array[:7]
    array += b"'"
    return array


def memoryviews():
    released = memoryview(b"gone")
    released.release()
    return {
        "bytes": memoryview(b"dead"), "array": memoryview(bytearray(8)),
        "released": released, "sliced": memoryview(b"0123456789")[2:8:2],
    }


def singletons():
    return {"none": None, "ellipsis": Ellipsis, "not_implemented": NotImplemented}


def ranges_and_slices():
    return {
        "range": range(5), "range_from": range(2, 9), "range_step": range(0, 10, 3),
        "range_down": range(10, 0, -2), "range_empty": range(0),
        "range_huge": range(1 << 70), "range_one_step": range(3, 5, 1),
        "range_negative": range(-5, -1), "slice": slice(5), "slice_all": slice(None),
        "slice_three": slice(1, -1, 2), "slice_odd": slice("a", None, [1]),
    }


EXACT = [
    ints, huge_ints, bools, floats, complexes, strs, legacy_strs, bytes_likes,
    memoryviews, singletons, ranges_and_slices]
BY_ATTRIBUTES = []
