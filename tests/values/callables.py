"""What code is made of: functions, classes, modules, descriptors, iterators and so on.

Each function returns {label: value}; EXACT lists those whose previews must be repr().
"""

import abc
import builtins
import functools
import itertools
import math
import operator
import os.path
import sys
import types
import typing
import weakref


def plain(one, two=2, *rest, key=None, **others):
    return one


def annotated(one: int) -> str:
    """Has a docstring."""
    return str(one)


class Meta(type):
    pass


class OwnReprMeta(type):
    def __repr__(cls):
        return "made up: " + cls.__name__


class Plain:
    def method(self):
        return self

    @classmethod
    def class_method(cls):
        return cls

    @staticmethod
    def static_method():
        return None

    @property
    def by_property(self):
        return 1

    class Inner:
        def method(self):
            return self


class WithMeta(metaclass=Meta):
    pass


class WithOwnReprMeta(metaclass=OwnReprMeta):
    pass


class Abstract(abc.ABC):
    @abc.abstractmethod
    def method(self):
        return self


class Callable:
    def __call__(self):
        return None


class Slotted:
    __slots__ = ("member",)


def functions():
    def inner():
        return 1

    renamed = types.FunctionType(plain.__code__, {}, "renamed")
    moved = types.FunctionType(plain.__code__, {})
    moved.__qualname__ = "Somewhere.else_"
    return {
        "plain": plain, "annotated": annotated, "inner": inner, "lambda": lambda x: x,
        "closure": closure(1)[0], "renamed": renamed, "moved": moved,
        "method_as_function": Plain.method, "static": Plain.static_method,
        "generator": generate, "coroutine": await_nothing,
        "wrapped": functools.wraps(plain)(inner_of(1)),
        "non_ascii": eval("lambda \u03b1: \u03b1"),
    }


def closure(value):
    def get():
        return value
    return get, get.__closure__[0]


def inner_of(value):
    def wrapper():
        return value
    return wrapper


def empty_cell():
    if False:
        value = 1

    def get():
        return value
    return get.__closure__[0]


def cells():
    return {
        "int": closure(1)[1], "list": closure([])[1], "str": closure("s")[1],
        "none": closure(None)[1], "empty": empty_cell(), "made": types.CellType(2.5),
    }


def builtin_functions():
    return {
        "len": len, "print": builtins.print, "build_class": builtins.__build_class__,
        "sin": math.sin, "method_of_list": [].append, "method_of_str": "text".join,
        "method_of_type": dict.fromkeys, "method_of_module": sys.getrefcount,
        "new": object.__new__, "import": __import__, "method_of_class": int.from_bytes,
    }


def methods():
    thing = Plain()
    return {
        "bound": thing.method, "of_class": Plain.class_method,
        "of_inner": Plain.Inner().method, "of_list": types.MethodType(len, [1, 2]),
        "of_str": types.MethodType(plain, "self"), "wrapper": (5).__add__,
        "slot_wrapper": int.__add__, "wrapper_repr": object().__repr__,
        "descriptor": list.append, "class_descriptor": vars(dict)["fromkeys"],
    }


def descriptors():
    return {
        "property": vars(Plain)["by_property"],
        "class_method": vars(Plain)["class_method"],
        "static_method": vars(Plain)["static_method"], "property_empty": property(),
        "class_method_len": classmethod(len), "member": vars(Slotted)["member"],
        "getset": vars(types.FunctionType)["__code__"],
        "getset_dict": vars(Plain)["__dict__"],
        "member_static": vars(types.FunctionType)["__closure__"],
        "cached": functools.cached_property(plain),
    }


def partials():
    recursive = functools.partial(plain)
    recursive.__setstate__((plain, (recursive,), {}, {}))
    return {
        "none": functools.partial(plain), "args": functools.partial(int, "ff", base=16),
        "nested": functools.partial(functools.partial(plain, 1), 2),
        "recursive": recursive, "keywords": functools.partial(plain, key=[1], x="y"),
    }


def operators():
    return {
        "itemgetter": operator.itemgetter(1),
        "itemgetter_two": operator.itemgetter("a", 2),
        "attrgetter": operator.attrgetter("a.b"),
        "attrgetter_two": operator.attrgetter("a", "b"),
        "methodcaller": operator.methodcaller("join", [1]),
        "methodcaller_named": operator.methodcaller("split", sep=","),
    }


def classes():
    return {
        "int": int, "type": type, "object": object, "plain": Plain,
        "inner": Plain.Inner, "meta": Meta, "with_meta": WithMeta, "abstract": Abstract,
        "made": type("Made", (), {}), "exception": KeyError,
        "ordered": __import__("collections").OrderedDict, "local": local_class(),
        "none": type(None), "function": types.FunctionType,
        "module_none": type("NoModule", (), {"__module__": "builtins"}),
        "struct_time": __import__("time").struct_time, "stat": os.stat_result,
        "generic": list[int] if sys.version_info >= (3, 9) else list,
        "non_ascii": type("Caf\xe9", (), {}),
    }


def local_class():
    class Local:
        pass
    return Local


def modules():
    made = types.ModuleType("made")
    unnamed = types.ModuleType("unnamed")
    del unnamed.__name__
    filed = types.ModuleType("filed")
    filed.__file__ = "/nowhere/filed.py"
    return {
        "sys": sys, "builtins": builtins, "os_path": os.path,
        "main": sys.modules["__main__"], "ours": sys.modules[__name__], "math": math,
        "itertools": itertools, "made": made, "filed": filed,
        "importlib": __import__("_frozen_importlib"), "package": __import__("json"),
    }


def generate(count=3):
    for number in range(count):
        yield number


async def await_nothing():
    return None


async def generate_async():
    yield 1


@types.coroutine
def old_coroutine():
    yield 1


def generators():
    begun, done = generate(), generate(1)
    next(begun)
    list(done)
    waiting = outer_coroutine()
    waiting.send(None)
    begun_async = generate_async()
    try:
        begun_async.__anext__().send(None)
    except StopIteration:
        pass
    ended = await_nothing()
    ended.close()
    wrapper = await_quietly().__await__()
    return {
        "fresh": generate(), "begun": begun, "done": done,
        "expression": (x for x in [1]), "coroutine": quiet(await_quietly()),
        "coroutine_waiting": waiting, "coroutine_closed": ended,
        "async": generate_async(), "async_begun": begun_async,
        "old_coroutine": old_coroutine(), "wrapper": wrapper,
        "asend": begun_async.asend(None),
    }


async def await_quietly():
    await old_coroutine()


async def outer_coroutine():
    await await_quietly()


def quiet(coroutine):
    """Begun, so that nobody warns that it was never awaited."""
    coroutine.send(None)
    return coroutine


def iterators():
    source = [1, 2, 3]
    used = iter(source)
    next(used)
    spent = iter(source)
    list(spent)
    counted = itertools.count(5)
    next(counted)
    repeated = itertools.repeat("x", 3)
    next(repeated)
    return {
        "list": iter(source), "list_used": used, "list_spent": spent,
        "list_reversed": reversed(source), "tuple": iter((1, 2)),
        "range": iter(range(5)), "range_huge": iter(range(1 << 70)), "str": iter("abc"),
        "str_wide": iter("a\u20ac"), "bytes": iter(b"abc"), "dict": iter({1: 2}),
        "dict_values": iter({1: 2}.values()), "dict_items": iter({1: 2}.items()),
        "dict_reversed": reversed({1: 2}), "set": iter({1, 2}),
        "zip": zip(source, "abc"), "map": map(str, source),
        "filter": filter(None, source), "enumerate": enumerate(source, 5),
        "reversed": reversed(range(3)), "reversed_tuple": reversed((1, 2)),
        "callable": iter(list, 1), "sequence": iter(Sequence()),
        "count": itertools.count(), "count_used": counted,
        "count_step": itertools.count(1, 2), "count_float": itertools.count(0.5, 0.25),
        "count_huge": itertools.count(1 << 70), "repeat": itertools.repeat(1),
        "repeat_used": repeated, "chain": itertools.chain(source),
        "cycle": itertools.cycle(source), "islice": itertools.islice(source, 2),
        "product": itertools.product(source, repeat=2), "tee": itertools.tee(source)[0],
        "groupby": itertools.groupby(source),
        "combinations": itertools.combinations(source, 2),
        "accumulate": itertools.accumulate(source),
    }


class Sequence:
    def __getitem__(self, index):
        return range(3)[index]


class Target:
    pass


ALIVE = [Target()]


def weakrefs():
    return {
        "alive": weakref.ref(ALIVE[0]), "dead": weakref.ref(Target()),
        "of_function": weakref.ref(plain),
        "with_callback": weakref.ref(ALIVE[0], print), "of_class": weakref.ref(Target),
        "of_set": weakref.ref(KEPT_SET),
    }


KEPT_SET = {1}


def codes():
    return {
        "function": plain.__code__, "lambda": (lambda: 0).__code__,
        "module": compile("x = 1", "<made>", "exec"),
        "eval": compile("1", "a 'file'", "eval"), "inner": closure(0)[0].__code__,
    }


def frames_and_tracebacks():
    try:
        math.sqrt("x")
    except TypeError as error:
        traceback = error.__traceback__
    suspended = generate()
    next(suspended)
    return {
        "of_generator": suspended.gi_frame, "ended": traceback.tb_frame,
        "traceback": traceback,
    }


def typings():
    """Written in C."""
    values = {}
    if sys.version_info >= (3, 9):
        values = {
            "list": list[int], "dict": dict[str, list[Plain]], "tuple": tuple[int, ...],
            "tuple_empty": tuple[()],
            "callable_arguments": types.GenericAlias(list, (Ellipsis, None)),
        }
    if sys.version_info >= (3, 10):
        values.update(
            optional=typing.Optional[
                Plain] if sys.version_info >= (3, 14) else int | None, union=int | str,
            union_none=int | None, union_nested=list[int] | Plain)
    if sys.version_info >= (3, 14):
        values["optional"] = typing.Optional[Plain]
    return values


def typings_in_python():
    return {"list": typing.List[int], "callable": typing.Callable[[int], str]}


def with_own_repr():
    return {"class": WithOwnReprMeta}


def callable_instances():
    return {
        "plain": Callable(), "cmp_to_key": functools.cmp_to_key(plain)(1),
        "cache": functools.lru_cache()(plain),
    }


def hostile_names():
    """Names that would move a terminal's cursor: escaped, wherever they are shown."""
    control = type("Red\x1b[31m", (), {})
    bidi = type("Re\u202efas", (), {})
    function = types.FunctionType(plain.__code__, {}, "line\nfeed")
    function.__qualname__ = "line\nfeed\x9b\u2066"
    module = types.ModuleType("mo\x07dule\u202e")
    return {
        "control": control, "bidi": bidi, "function": function, "module": module,
        "instance": control(),
    }


EXACT = [
    functions, cells, builtin_functions, methods, descriptors, partials, operators,
    classes, modules, generators, iterators, weakrefs, codes, frames_and_tracebacks,
    typings, callable_instances]
BY_ATTRIBUTES = [typings_in_python, with_own_repr]
HOSTILE = [hostile_names]
