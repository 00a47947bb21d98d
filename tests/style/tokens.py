"""What may be named where: each library of the outside world has one door in engine/."""
import re

from tree import CPP, strip_comments

GIT = ("annotated|attr|blob|branch|buf|checkout|clone|commit|config|cred|credential|describe|diff|error|"
       "fetch|graph|ignore|index|indexer|libgit2|merge|object|odb|oid|oidarray|reference|refspec|remote|"
       "repository|reset|revparse|revwalk|signature|status|strarray|submodule|tag|transport|tree|treebuilder")

# (what it is about, pattern, files of engine/ where it is at home)
RULES = [
    ("SQLite", r"\bsqlite3_\w+", r"sys/sqlite\.[ch]pp"),
    ("the SQLite header", r"<sqlite3\.h>", r"sys/sqlite\.cpp"),
    ("libgit2", rf"\bgit_(?:{GIT})(?:_\w+)?\s*[(*]|<git2(?:/[\w/]+)?\.h>", r"sys/transfer/git(_\w+)?\.[ch]pp"),
    ("libcurl", r"\bcurl_\w+\s*\(|\bCURL\w*_\w+|<curl/", r"sys/transfer/http(_\w+)?\.[ch]pp"),
    ("libarchive", r"\barchive_(?:read|write|entry|match)_\w+\s*\(|<archive(?:_entry)?\.h>",
     r"sys/transfer/archive(_\w+)?\.[ch]pp"),
    ("libpng", r"\bpng_\w+\s*\(|<png\.h>", r"sys/picture\.cpp"),
    ("starting a process", r"(?<![\w.>])(?:v?fork|execv(?:p|e|pe)?|posix_spawnp?)\s*\(",
     r"sys/(process|replace|launcher/main)\.cpp"),
    ("dynamic loading", r"\bdl(?:open|sym)\s*\(", r"sys/transfer\.cpp"),
    ("ending the process", r"\b(?:std::|::)(?:exit|abort|terminate|quick_exit)\s*\(|(?<![\w.:>])(?:exit|abort)\s*\(",
     r"cli/main\.cpp"),
    ("ending the process", r"\b_[eE]xit\s*\(", r"(cli/main|sys/process|sys/launcher/main)\.cpp"),
    ("a clock", r"_clock::now\b|\bclock_gettime\s*\(|\bgettimeofday\s*\(|\btime\s*\(\s*(?:nullptr|NULL|0|&)",
     r"sys/.*"),
    ("printing", r"\bstd::(?:cout|cerr|clog)\b|\bfmt::print\b|\b(?:f|v|vf)?printf\s*\(|\bput(?:s|char)\s*\("
     r"|\b(?:fputs|fputc|fwrite|fflush)\s*\([^;]*\bstd(?:out|err)\b", r"cli/.*"),
    ("a shell", r"(?<![\w.>])(?:std::|::)?(?:system|popen)\s*\(", r"(?!)"),
    ("the JSON library in a header", r"nlohmann/json\.hpp", r".*\.cpp|(hook|collective)/.*\.hpp"),
]


def check(tree):
    for name in tree.named(CPP, "engine/"):
        text = strip_comments(tree.text(name))
        inside = name[len("engine/"):]
        for what, pattern, home in RULES:
            if re.fullmatch(home, inside):
                continue
            for match in re.finditer(pattern, text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: {what} ({match.group(0).strip()}) belongs in engine/{home}"
