"""Instances of classes written in Python: however their attributes are kept, and what
the standard library's class decorators and metaclasses make of them.

EXACT lists functions of values whose previews must be repr(); BY_ATTRIBUTES those whose
repr is a method of the user's, who gets to see their attributes instead."""

import dataclasses
import enum
import sys
import typing


class Managed:
    def __init__(self, sku, n):
        self.sku, self.n = sku, n


class NoAttributes:
    pass


class Slotted:
    __slots__ = ("one", "two", "_hidden")


class SlottedAndDict(Slotted):
    pass


class WithWeakrefs:
    __slots__ = ("one", "__weakref__")


class MyInt(int):
    pass


class MyIntWithRepr(int):
    def __repr__(self):
        return "MyIntWithRepr(%d)" % self


class MyIntWithStr(int):
    def __str__(self):
        return "not repr"


class MyFloat(float):
    pass


class MyStr(str):
    pass


class MyStrSlots(str):
    __slots__ = ()


class MyStrWithRepr(str):
    def __repr__(self):
        return "MyStrWithRepr"


class MyBytes(bytes):
    pass


class MyByteArray(bytearray):
    pass


class MyTuple(tuple):
    pass


class MyTupleWithRepr(tuple):
    def __repr__(self):
        return "MyTupleWithRepr"


class MyList(list):
    pass


class MyListSlots(list):
    __slots__ = ("extra",)


class MyListWithRepr(list):
    def __repr__(self):
        return "MyListWithRepr"


class MyDict(dict):
    pass


class MyDictWithRepr(dict):
    def __repr__(self):
        return "MyDictWithRepr"


class MySet(set):
    pass


class MyFrozenSet(frozenset):
    pass


class MyComplex(complex):
    pass


class OwnRepr:
    def __init__(self, sku="A1", n=2):
        self.sku, self.n = sku, n

    def __repr__(self):
        return "an item"


class OwnReprSlots:
    __slots__ = ("sku", "n")

    def __init__(self):
        self.sku, self.n = "A1", 2

    def __repr__(self):
        return "an item in slots"


class OwnReprInherited(OwnRepr):
    pass


class OwnReprRaises:
    def __repr__(self):
        raise RuntimeError("a repr that fails")


class BorrowedRepr:
    """The method of a type written in C, but under a name of Python's."""
    __repr__ = object.__repr__


class Nested:
    class Inner:
        pass


def plain_instances():
    added, removed, materialised = Managed("A1", 2), Managed("B2", 3), Managed("C3", 4)
    added.more = [1]
    del removed.sku
    materialised.__dict__["x"] = 1
    replaced = Managed("D4", 5)
    replaced.__dict__ = {"whole": "new"}
    slotted = Slotted()
    slotted.one = 1
    both = SlottedAndDict()
    both.two, both.three = 2, 3
    crowded = NoAttributes()
    for number in range(60):
        setattr(crowded, "attribute_%d" % number, number)
    return {
        "managed": Managed("A1", 2), "added": added, "removed": removed,
        "materialised": materialised, "replaced": replaced, "slotted": slotted,
        "slotted_and_dict": both, "weakrefs": WithWeakrefs(),
        "no_attributes": NoAttributes(), "crowded": crowded, "object": object(),
        "inner": Nested.Inner(), "borrowed_repr": BorrowedRepr(),
        "in_list": [Managed(1, 2)], "local": local_instance(),
    }


def local_instance():
    class Local:
        pass
    return Local()


def subclasses_of_builtins():
    slots = MyListSlots([1])
    slots.extra = 2
    attributed = MyDict(a=1)
    attributed.note = "x"
    return {
        "int": MyInt(5), "int_huge": MyInt(1 << 100), "int_with_str": MyIntWithStr(7),
        "float": MyFloat(0.1), "complex": MyComplex(1j), "str": MyStr("it's"),
        "str_wide": MyStr("\u20ac \U0001f40d"), "str_latin1": MyStr("caf\xe9"),
        "str_empty": MyStr(), "str_slots": MyStrSlots("x"), "bytes": MyBytes(b"'"),
        "bytearray": MyByteArray(b"x"), "tuple": MyTuple((1, 2)),
        "tuple_one": MyTuple((1,)), "list": MyList([1, "a"]), "list_slots": slots,
        "list_empty": MyList(), "dict": attributed, "set": MySet({1}),
        "set_empty": MySet(), "frozenset": MyFrozenSet({2}),
        "within": [MyInt(1), MyStr("s"), MyList([MyDict()])],
    }


def with_own_repr():
    slots = OwnReprSlots()
    del slots.n
    return {
        "plain": OwnRepr(), "slots": OwnReprSlots(), "slot_unset": slots,
        "inherited": OwnReprInherited("C", 3), "raises": OwnReprRaises(),
        "int": MyIntWithRepr(5), "str": MyStrWithRepr("text"),
        "tuple": MyTupleWithRepr((1,)), "list": MyListWithRepr([1]),
        "dict": MyDictWithRepr(a=1), "enum": OwnEnum.ONE, "dataclass": OwnDataclass(1),
        "error": OwnError("x"),
    }


# --- dataclasses ---

@dataclasses.dataclass
class Item:
    sku: str
    n: int = 1
    tags: list = dataclasses.field(default_factory=list)
    secret: str = dataclasses.field(default="hidden", repr=False)
    shared: typing.ClassVar[int] = 7
    given: dataclasses.InitVar[int] = None


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: float
    y: float = -0.0


@dataclasses.dataclass
class Derived(Item):
    extra: object = None


class PlainDerived(Frozen):
    """No dataclass itself: the repr of its base under its own name."""


@dataclasses.dataclass
class NoFields:
    pass


@dataclasses.dataclass(repr=False)
class NoRepr:
    x: int


@dataclasses.dataclass
class OwnDataclass:
    x: int

    def __repr__(self):
        return "an own dataclass"


@dataclasses.dataclass
class Linked:
    name: str
    next: object = None


@dataclasses.dataclass
class InSlots:
    __slots__ = ("x", "y")
    x: int
    y: str


def made_dataclasses():
    knot = Linked("knot")
    knot.next = knot
    unset = Frozen(1.0)
    in_dict = Item("A1")
    in_dict.not_a_field = 1
    values = {
        "item": Item("A1", 2, ["x"]), "frozen": Frozen(0.1),
        "derived": Derived("B2", extra=Item("C3")), "plain_derived": PlainDerived(2.5),
        "no_fields": NoFields(), "no_repr": NoRepr(1), "knot": knot,
        "nested": Linked("a", Linked("b", [Linked("c")])), "not_a_field": in_dict,
        "in_list": [Frozen(1, 2)], "unset": unset, "in_slots": InSlots(1, "two"),
        "made": dataclasses.make_dataclass("Made", ["a", "b"])(1, 2),
    }
    if sys.version_info >= (3, 10):
        slots = dataclasses.make_dataclass(
            "Slots", [("a", int), ("b", str)], slots=True)
        keywords = dataclasses.make_dataclass("Keywords", [("a", int)], kw_only=True)
        values.update(slots=slots(1, "two"), keywords=keywords(a=3))
    return values


# --- enums ---

class Color(enum.Enum):
    RED = 1
    GREEN = "green"
    BLUE = (0, 0, 255)
    ALIAS = 1


class Number(enum.IntEnum):
    ONE = 1
    MINUS = -1
    HUGE = 1 << 70


class Auto(enum.Enum):
    A = enum.auto()
    B = enum.auto()


class WithAttributes(enum.Enum):
    EARTH = (5.97e24, 6.37e6)

    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius


class Text(str, enum.Enum):
    DEAD = "dead"


class OwnEnum(enum.Enum):
    ONE = 1

    def __repr__(self):
        return "own enum"


class Perm(enum.Flag):
    R = 4
    W = 2
    X = 1


class Mode(enum.IntFlag):
    READ = 1
    WRITE = 2
    BOTH = 3


def enums():
    values = {
        "plain": Color.RED, "str": Color.GREEN, "tuple": Color.BLUE,
        "alias": Color.ALIAS, "int": Number.ONE, "int_negative": Number.MINUS,
        "int_huge": Number.HUGE, "auto": Auto.B, "attributes": WithAttributes.EARTH,
        "mixed_str": Text.DEAD, "in_dict": {Color.RED: Number.ONE},
    }
    if sys.version_info >= (3, 11):
        values["str_enum"] = enum.StrEnum("Words", {"A": "a'b"}).A
    return values


def flags():
    return {
        "one": Perm.R, "two": Perm.R | Perm.X, "all": Perm.R | Perm.W | Perm.X,
        "none": Perm(0), "inverted": ~Perm.R, "int_one": Mode.READ,
        "int_both": Mode.READ | Mode.WRITE, "int_none": Mode(0),
        "int_unknown": Mode(8 | 1),
    }


# --- exceptions ---

class AppError(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


class OwnError(Exception):
    def __repr__(self):
        return "own error"


def raised():
    try:
        try:
            {}["missing"]
        except KeyError as error:
            raise ValueError("chained") from error
    except ValueError as error:
        return error


def os_error(path):
    try:
        open(path)
    except OSError as error:
        return error


def exceptions():
    changed = ValueError("before")
    changed.args = ("after", 2)
    values = {
        "no_args": ValueError(), "one": ValueError("x"), "two": ValueError("x", 1),
        "nested": KeyError((1,)), "quote": RuntimeError("it's"), "raised": raised(),
        "changed": changed, "os_error": os_error("/nowhere"),
        "os_error_made": OSError(2, "No such file", "a", 0, "b"),
        "os_error_one": OSError("x"), "stop": StopIteration(5), "exit": SystemExit(1),
        "interrupt": KeyboardInterrupt(), "app": AppError("failed", 7),
        "import": ImportError("no", name="x"),
        "unicode": UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
        "memory": MemoryError(), "syntax": syntax_error(), "name": NameError("n"),
        "generator_exit": GeneratorExit(),
    }
    itself = ValueError(1)
    itself.args = ([itself.args],)
    values["args_nested"] = itself
    if sys.version_info >= (3, 11):
        noted = ValueError("noted")
        noted.add_note("a note")
        values.update(noted=noted, **groups())
    return values


def syntax_error():
    try:
        compile("(", "<made>", "exec")
    except SyntaxError as error:
        return error


def groups():
    group = eval("ExceptionGroup")
    base = eval("BaseExceptionGroup")
    return {
        "group": group("several", [ValueError(1), KeyError("k")]),
        "group_base": base("b", (KeyboardInterrupt(),)),
        "group_nested": group("outer", [group("inner", [OSError(5, "five")])]),
    }


EXACT = [
    plain_instances, subclasses_of_builtins, made_dataclasses, enums, flags, exceptions]
BY_ATTRIBUTES = [with_own_repr]
