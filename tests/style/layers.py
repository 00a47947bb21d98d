"""Includes between the folders of engine/ follow the arrows of cmake/ck_layers.cmake."""
import re

from tree import CPP

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"](?:engine/)?([a-z_]+)/[^>"]*\.hpp[>"]', re.M)
ROW = re.compile(r"^set\(ck_uses_(\w+)((?:\s+\w+)*)\s*\)", re.M)


def read_table(tree):
    return {name: uses.split() for name, uses in ROW.findall(tree.text("cmake/ck_layers.cmake"))}


def find_cycle(edges):
    """A cycle as a list of layers, or None."""
    done, path = set(), []

    def visit(layer):
        if layer in path:
            return path[path.index(layer):] + [layer]
        if layer in done:
            return None
        path.append(layer)
        for below in sorted(edges.get(layer, ())):
            cycle = visit(below)
            if cycle:
                return cycle
        done.add(path.pop())
        return None

    return next(filter(None, map(visit, sorted(edges))), None)


def check(tree):
    table = read_table(tree)
    cycle = find_cycle(table)
    if cycle:
        yield "cmake/ck_layers.cmake: cycle " + " -> ".join(cycle)
    for name in tree.named(CPP, "engine/"):
        layer = name.split("/")[1]
        if layer not in table:
            yield f"{name}: engine/{layer} is no layer of cmake/ck_layers.cmake"
            continue
        for match in INCLUDE.finditer(tree.text(name)):
            used = match.group(1)
            if used in table and used != layer and used not in table[layer]:
                line = tree.text(name).count("\n", 0, match.start()) + 1
                allowed = " ".join(table[layer]) or "nothing"
                yield f"{name}:{line}: {layer} must not include {used} (it may use: {allowed})"
