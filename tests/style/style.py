#!/usr/bin/env python3
"""Runs house rules over a checkout.  usage: style.py all|CHECK... ROOT

Prints one line a finding. Exit status: 0 none, 1 some, 77 the check cannot run on this machine.
"""
import importlib
import sys

from tree import Tree

CHECKS = ["layers", "tokens", "sizes", "leftovers", "links", "components", "formatting"]


def main(names, root):
    tree = Tree(root)
    findings, skipped = 0, 0
    for name in CHECKS if names == ["all"] else names:
        if name not in CHECKS:
            sys.exit(f"style.py: unknown check {name}; there are: {' '.join(CHECKS)}")
        module = importlib.import_module(name)
        try:
            for finding in module.check(tree):
                findings += 1
                print(f"{name}: {finding}")
        except getattr(module, "Skip", ()) as reason:
            skipped += 1
            print(f"{name}: skipped: {reason}")
    return 1 if findings else 77 if skipped else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:-1], sys.argv[-1]))
