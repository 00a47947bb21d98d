"""The files of a checkout, as the checks see them."""
import re
import subprocess
from pathlib import Path

CPP = (".cpp", ".hpp", ".h", ".cc")
CODE = CPP + (".c", ".py", ".sh", ".cmake", "CMakeLists.txt", "bootstrap", ".ci/run")


class Tree:
    """Tracked files and new ones that git does not ignore; without git, all but build/."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.files = sorted(self._listed())

    def _listed(self):
        listing = subprocess.run(
            ["git", "-C", self.root, "ls-files", "-z", "-co", "--exclude-standard"],
            capture_output=True, text=True, check=False)
        if listing.returncode == 0:
            names = set(filter(None, listing.stdout.split("\0")))
        else:
            names = {str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file()}
            names = {n for n in names if not n.startswith(("build/", ".git/"))}
        return [n for n in names if (self.root / n).is_file()]

    def named(self, suffixes, under=""):
        return [f for f in self.files if f.startswith(under) and f.endswith(suffixes)]

    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")


_CPP_PIECE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^\s()\\]{0,16})\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def strip_comments(text, strings=True):
    """C++ (or JSON) without comments and, if `strings`, without string contents; lines stay."""
    def blank(match):
        piece = match.group(0)
        if not piece.startswith(("//", "/*")):
            if not strings:
                return piece
            # An include names its file in quotes: that is what the checks look for.
            line_start = text.rfind("\n", 0, match.start()) + 1
            if text[line_start:match.start()].lstrip().startswith("#"):
                return piece
            return '""' + "\n" * piece.count("\n")
        return "\n" * piece.count("\n")
    return _CPP_PIECE.sub(blank, text)
