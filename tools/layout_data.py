"""The checked-in layout data: what layout-extract writes and layout-generate reads.

core/layout/data/3.N.json holds one record per build of CPython that somebody measured,
oldest first. A record says what the build is, where its numbers come from, and the
structures that differ from those of the record it is `like` (null: not there). Names
are CPython's own; core/layout/fields.h says which of them are of interest.
"""

import json
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAYOUT = os.path.join(ROOT, "core", "layout")
DATA = os.path.join(LAYOUT, "data")
BLOCK = "_Py_DebugOffsets"
FLAVOURS = ("", "d", "t", "td")
DEBUG, FREE_THREADED = 1, 2


class Fields:
    """The lists of fields.h."""

    def __init__(self):
        with open(os.path.join(LAYOUT, "fields.h")) as f:
            text = f.read().replace("\\\n", "")
        structs, fields = text.split("#define HN_FIELDS(X)")
        structs = re.findall(r'X\((\w+),\s*"([^"]*)",\s*"([^"]*)"\)', structs)
        self.structs = {ours: name for ours, name, _ in structs}
        self.published_sizes = {ours: pub for ours, _, pub in structs if pub}
        self.fields = [
            (struct, field, int(width), names.split("|"), published)
            for struct, field, width, names, published in re.findall(
                r'X\((\w+),\s*(\w+),\s*(\d),\s*"([^"]*)",\s*"([^"]*)"\)', fields
            )
        ]
        if not self.structs or not self.fields:
            raise SystemExit("cannot parse fields.h")

    def wanted(self, struct):
        """CPython's names of the fields we read of a structure, by our name for it."""
        return [name for s, _, _, names, _ in self.fields if s == struct for name in names]

    def published(self):
        """The members of _Py_DebugOffsets that fields.h names."""
        members = ["version", "free_threaded"] + list(self.published_sizes.values())
        for _, _, _, _, published in self.fields:
            members += published_terms(published)
        return list(dict.fromkeys(members))


def published_terms(published):
    """'group.member - other' as its two members; one without a minus, none for ''."""
    first, _, second = published.partition(" - ")
    terms = [first] if first else []
    return terms + ([first.split(".")[0] + "." + second] if second else [])


def parse_build(name):
    """'3.13.5td-debian-arm64' as (version, flavour letters, variant)."""
    match = re.fullmatch(r"(3\.\d+\.\d+)(t?d?)((?:-\w+)*)", name)
    if not match:
        raise SystemExit(f"not the name of a build: {name}")
    return match[1], match[2], match[3]


def version_hex(version):
    major, minor, micro = map(int, version.split("."))
    return major << 24 | minor << 16 | micro << 8 | 0xF0


def flavour_bits(letters):
    return (DEBUG if "d" in letters else 0) | (FREE_THREADED if "t" in letters else 0)


def build_order(name):
    version, letters, variant = parse_build(name)
    return version_hex(version), flavour_bits(letters), variant


def data_file(name):
    return os.path.join(DATA, "3.%s.json" % parse_build(name)[0].split(".")[1])


def load():
    """{build: {"origin": text, "mutex_bytes": n, "structs": {...}}}, all spelled out."""
    builds = {}
    for file in sorted(os.listdir(DATA)):
        if not file.endswith(".json"):
            continue
        with open(os.path.join(DATA, file)) as f:
            records = json.load(f)
        for name, record in records.items():
            structs = dict(builds[record["like"]]["structs"]) if "like" in record else {}
            structs.update(record["structs"])
            builds[name] = {
                "origin": record["origin"],
                "mutex_bytes": record["mutex_bytes"],
                "structs": {k: v for k, v in structs.items() if v is not None},
            }
    return dict(sorted(builds.items(), key=lambda item: build_order(item[0])))


def differences(structs, base):
    changed = {k: v for k, v in structs.items() if base.get(k) != v}
    changed.update({k: None for k in base if k not in structs})
    return changed


def nearest(structs, earlier):
    """The earlier build with the fewest other structures; the latest of equals."""
    best = None
    for name, record in earlier.items():
        count = len(differences(structs, record["structs"]))
        if count < len(structs) and (best is None or count <= best[0]):
            best = count, name
    return best[1] if best else None


def save(builds):
    """Writes the files anew: sorted, each record as its difference from the nearest."""
    files = {}
    for name in sorted(builds, key=build_order):
        files.setdefault(data_file(name), {})[name] = builds[name]
    for path, records in files.items():
        with open(path, "w") as f:
            f.write(render(records))


def render(records):
    out, earlier = [], {}
    for name, record in records.items():
        like = nearest(record["structs"], earlier)
        base = earlier[like]["structs"] if like else {}
        lines = [f'"origin": {json.dumps(record["origin"])}']
        lines.append(f'"mutex_bytes": {record["mutex_bytes"]}')
        if like:
            lines.append(f'"like": "{like}"')
        structs = sorted(differences(record["structs"], base).items())
        body = ",\n".join(f"   {json.dumps(k)}: {json.dumps(v)}" for k, v in structs)
        lines.append('"structs": {' + (f"\n{body}\n  " if body else "") + "}")
        out.append(f'"{name}": {{\n  ' + ",\n  ".join(lines) + "\n }")
        earlier[name] = record
    return "{\n " + ",\n ".join(out) + "\n}\n"
