#!/usr/bin/env python3
"""Each check of this folder lets a good tree pass and reports a bad one."""
import importlib
import shutil
import tempfile
import unittest
from pathlib import Path

from tree import Tree, strip_comments

TABLE = "set(ck_uses_base)\nset(ck_uses_sys base)\nset(ck_uses_cli base)\n"
UID = "0123456789abcdef"
MARK = "TO" + "DO"
SILENCE = "NO" + "LINT"


def findings(check, files):
    """What `check` says about a tree that holds `files` (name: content)."""
    with tempfile.TemporaryDirectory() as root:
        for name, content in {"cmake/ck_layers.cmake": TABLE, **files}.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return list(importlib.import_module(check).check(Tree(root)))


class Layers(unittest.TestCase):
    def test_downward_include_passes(self):
        self.assertEqual(findings("layers", {"engine/sys/a.cpp": '#include "base/b.hpp"\n'}), [])

    def test_upward_include(self):
        found = findings("layers", {"engine/base/a.hpp": '\n#include "sys/b.hpp"\n'})
        self.assertEqual(found, ["engine/base/a.hpp:2: base must not include sys (it may use: nothing)"])

    def test_sibling_include(self):
        self.assertEqual(len(findings("layers", {"engine/cli/a.cpp": "#include <sys/b.hpp>\n"})), 1)

    def test_unknown_layer(self):
        self.assertIn("no layer", findings("layers", {"engine/util/a.cpp": ""})[0])

    def test_cycle_in_the_table(self):
        table = "set(ck_uses_base cli)\nset(ck_uses_cli base)\n"
        found = findings("layers", {"cmake/ck_layers.cmake": table})
        self.assertEqual(found, ["cmake/ck_layers.cmake: cycle base -> cli -> base"])


class Tokens(unittest.TestCase):
    BAD = {
        "SQLite": "int x = sqlite3_step(s);",
        "libgit2": "git_repository* r = nullptr;",
        "libcurl": "curl_easy_init();",
        "libarchive": "archive_read_new();",
        "starting a process": "const auto child = vfork();",
        "dynamic loading": "dlopen(p, 0);",
        "ending the process": "std::exit(1);",
        "a clock": "auto t = std::chrono::steady_clock::now();",
        "printing": "std::cout << 1;",
        "a shell": "std::system(line);",
    }

    def test_each_token_outside_its_home(self):
        for what, line in self.BAD.items():
            with self.subTest(what):
                found = findings("tokens", {"engine/base/a.cpp": f"// fine\n{line}\n"})
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"engine/base/a.cpp:2: {what} ("), found)

    def test_more_spellings(self):
        for line in ("_exit(1);", "abort();", "std::abort();", "time(nullptr);", "printf(\"x\");",
                     "fputs(s, stderr);", "popen(a, b);", "#include <git2.h>", "clock_gettime(a, &b);",
                     "fmt::print(\"x\");", "std::terminate();"):
            with self.subTest(line):
                self.assertEqual(len(findings("tokens", {"engine/base/a.cpp": line + "\n"})), 1)

    def test_json_in_a_header(self):
        line = "#include <nlohmann/json.hpp>\n"
        self.assertEqual(len(findings("tokens", {"engine/base/a.hpp": line})), 1)
        self.assertEqual(findings("tokens", {"engine/base/a.cpp": line}), [])

    def test_home_comments_strings_and_own_names_pass(self):
        self.assertEqual(findings("tokens", {
            "engine/sys/sqlite.cpp": "sqlite3_step(s);\n",
            "engine/sys/transfer/git.cpp": "git_repository* r;\n",
            "engine/sys/clock.cpp": "std::chrono::system_clock::now();\n",
            "engine/cli/main.cpp": "std::exit(1); std::cout << 1;\n",
            "engine/base/a.cpp": '// printf("x")\n/* abort() */ auto s = "std::exit(1)";\n'
                                 "auto r = on_exit(1); git_url(x); o.system(); s.abort_run(); wall_time(0);\n"
                                 "std::snprintf(b, 1, f); runtime(0);\n",
        }), [])


class Sizes(unittest.TestCase):
    def test_long_file(self):
        self.assertEqual(findings("sizes", {"a.cpp": "\n" * 600}), [])
        self.assertIn("601 lines", findings("sizes", {"a.cpp": "\n" * 601})[0])

    def test_layer_readme(self):
        self.assertIn("missing", findings("sizes", {"engine/base/a.cpp": ""})[0])
        long = findings("sizes", {"engine/base/README.md": "x\n" * 16})
        self.assertEqual(long, ["engine/base/README.md: more than 15 lines"])
        self.assertEqual(findings("sizes", {"engine/base/README.md": "x\n" * 15}), [])


class Leftovers(unittest.TestCase):
    def test_mark(self):
        self.assertIn("a.cpp:2", findings("leftovers", {"a.cpp": f"\n// {MARK}: later\n"})[0])

    def test_silenced_lint_needs_check_and_reason(self):
        for bad in (SILENCE, f"{SILENCE}(bugprone-x)", f"{SILENCE}: because"):
            self.assertEqual(len(findings("leftovers", {"a.cpp": f"x(); // {bad}\n"})), 1, bad)
        good = f"x(); // {SILENCE}(bugprone-x): the C API wants it\n"
        self.assertEqual(findings("leftovers", {"a.cpp": good}), [])


class Links(unittest.TestCase):
    def test_dead_file_and_heading(self):
        found = findings("links", {"a.md": "[b](b.md)\n[c](c.md#no)\n[d](#nowhere)\n", "c.md": "# Yes\n"})
        self.assertEqual(found, ["a.md:1: link to b.md: no such file",
                                 "a.md:2: link to c.md#no: no such heading",
                                 "a.md:3: link to #nowhere: no such heading"])

    def test_link_out_of_the_checkout(self):
        self.assertEqual(len(findings("links", {"a.md": "[b](../..)\n"})), 1)

    def test_good_links_and_code_pass(self):
        text = ("# A `b`: c\n## A `b`: c\n[x](d/e.md) [y](#a-b-c-1) [z](https://example.org/q) [f](d)\n"
                "`[no](no.md)`\n```\n[no](no.md)\n```\n")
        self.assertEqual(findings("links", {"a.md": text, "d/e.md": "[up](../a.md#a-b-c)\n"}), [])


class Components(unittest.TestCase):
    @staticmethod
    def described(uid=UID, schema='"schema": "ck.package/1", '):
        return f'// why\n{{{schema}"uid": "{uid}", "x-url": "https://example.org"}}\n'

    def test_good(self):
        self.assertEqual(findings("components", {"packages/a/ck.json": self.described()}), [])

    def test_uid_twice(self):
        found = findings("components", {"packages/a/ck.json": self.described(),
                                        "programs/b/ck.json": self.described()})
        self.assertEqual(found, [f"programs/b/ck.json: uid {UID} belongs to packages/a/ck.json already"])

    def test_missing_schema_bad_uid_bad_json(self):
        self.assertIn("schema", findings("components", {"packages/a/ck.json": self.described(schema="")})[0])
        self.assertIn("16 hex", findings("components", {"packages/a/ck.json": self.described("1")})[0])
        self.assertEqual(len(findings("components", {"packages/a/ck.json": "{"})), 1)


@unittest.skipUnless(shutil.which("clang-format"), "clang-format is not installed")
class Formatting(unittest.TestCase):
    STYLE = {".clang-format": "BasedOnStyle: Google\n"}

    def test_good_and_bad(self):
        self.assertEqual(findings("formatting", {**self.STYLE, "a.cpp": "int a = 1;\n"}), [])
        self.assertEqual(findings("formatting", {**self.STYLE, "a.cpp": "int  a=1 ;\n"}),
                         ["a.cpp: run clang-format -i a.cpp"])


class Stripping(unittest.TestCase):
    def test_lines_stay_and_separators_are_no_strings(self):
        text = "int a = 1'000'000; /* x\ny */ f(R\"(//)\"); g('\"'); // z\nh();\n"
        self.assertEqual(strip_comments(text), "int a = 1'000'000; \n f(\"\"); g(\"\"); \nh();\n")


if __name__ == "__main__":
    unittest.main()
