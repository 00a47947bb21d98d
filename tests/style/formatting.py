"""clang-format decides the layout of C++."""
import re
import shutil
import subprocess

from tree import CPP


class Skip(Exception):
    """The check cannot run here; the text says why."""


def check(tree):
    tool = shutil.which("clang-format")
    if not tool:
        raise Skip("clang-format is not installed: apt-get install clang-format")
    files = tree.named(CPP)
    for start in range(0, len(files), 100):
        result = subprocess.run([tool, "--dry-run", "--Werror", *files[start:start + 100]],
                                cwd=tree.root, capture_output=True, text=True, check=False)
        wrong = sorted(set(re.findall(r"^([^\s:]+):\d+:\d+: error", result.stderr, re.M)))
        for name in wrong:
            yield f"{name}: run clang-format -i {name}"
        if result.returncode and not wrong:
            yield result.stderr.strip()
