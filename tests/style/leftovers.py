"""Nothing half-done is committed, and no lint is silenced without a reason."""
import re

from tree import CODE

# Split so that this file does not report itself.
MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SILENCED = re.compile(r"\bNO" r"LINT(?:NEXTLINE|BEGIN)?\b(?!\([\w.,* -]+\):? *\S)")


def check(tree):
    for name in tree.named(CODE):
        for number, line in enumerate(tree.text(name).split("\n"), 1):
            mark = MARK.search(line)
            if mark:
                yield f"{name}:{number}: {mark.group(1)}: do it now or drop it"
            if SILENCED.search(line):
                yield f"{name}:{number}: name the silenced check and the reason: NO" "LINT(check): why"
