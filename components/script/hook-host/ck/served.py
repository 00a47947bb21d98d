"""Actions of modules that need no engine; `access` looks here first."""
import fnmatch
import json
import os
import re


def _error(text, code=1):
    return {"return": code, "error": text}


# ---- os -------------------------------------------------------------------------------------------

def _paths(value):
    return [path for path in (value if isinstance(value, list) else [value]) if path]


def _exports(name, paths, separator):
    if not paths:
        return ""
    return "export %s=%s%s$%s\n" % (name, separator.join('"%s"' % p for p in paths), separator, name)


def lib_path_export_script(i, ck):
    """Shell lines that put folders of libraries before the others."""
    system = i.get("host_os_dict") or ck.current_input.get("host_os_dict") or {}
    both, separator = _paths(i.get("lib_path")), system.get("env_var_separator", ":")
    lines = _exports(system.get("env_ld_library_path", "LD_LIBRARY_PATH"),
                     both or _paths(i.get("dynamic_lib_path")), separator)
    lines += _exports(system.get("env_library_path", "LIBRARY_PATH"),
                      both or _paths(i.get("static_lib_path")), separator)
    return {"return": 0, "script": "\n" + lines + "\n" if lines else ""}


def convert_to_cygwin_path(i, ck):
    return {"return": 0, "path": i["path"].replace("\\", "/")}


def convert_to_cygwin_paths(i, ck):
    return {"return": 0, "paths": {key: path.replace("\\", "/") for key, path in i["paths"].items()}}


def _run(cmd, shell):
    import shlex
    import subprocess
    if shell:
        cmd = cmd if isinstance(cmd, str) else " ".join(shlex.quote(word) for word in cmd)
    elif isinstance(cmd, str):
        cmd = shlex.split(cmd)
    return subprocess.run(cmd, shell=shell, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def _text(output):
    return output.decode("utf-8", "replace").replace("\r", "")


def run_and_get_stdout(i, ck=None):
    try:
        ended = _run(i["cmd"], i.get("shell") == "yes")
    except (OSError, ValueError) as reason:
        return _error("cannot run %s: %s" % (i["cmd"], reason))
    return {"return": 0, "return_code": ended.returncode, "stdout": _text(ended.stdout),
            "stderr": _text(ended.stderr)}


def capture_command_output(i, ck):
    ended = run_and_get_stdout({"cmd": i["cmd"]})
    if ended["return"] > 0:
        return ended
    return {"return": 0, "output_lines": ended["stdout"].splitlines()}


def shell(i, ck):
    before = "".join("export %s=%s\n" % (name, _quoted(value)) for name, value in i.get("env", {}).items())
    ended = run_and_get_stdout({"cmd": before + i["cmd"], "shell": "yes"})
    if ended["return"] > 0:
        return ended
    system = ck.current_input.get("target_os_dict", {})
    if i.get("split_to_list") == "yes":
        return {"return": 0, "return_code": ended["return_code"], "target_os_dict": system,
                "stdout_lst": ended["stdout"].split("\n"), "stderr_lst": ended["stderr"].split("\n")}
    return dict(ended, target_os_dict=system)


def _quoted(value):
    import shlex
    return shlex.quote(str(value))


# ---- platform.os ----------------------------------------------------------------------------------

def _distribution():
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            found = re.search(r'^PRETTY_NAME="?([^"\n]*)', file.read(), re.M)
            return found.group(1) if found else "Linux"
    except OSError:
        return "Linux"


def detect_platform(i, ck):
    """The machine: the descriptor the engine gave to the hook, and what Linux says of itself."""
    given, machine = ck.current_input, os.uname()
    system = given.get("host_os_dict") or {}
    bits = str(system.get("bits") or ck.get_os_ck({})["bits"])
    name = given.get("host_os_uoa") or "linux-" + bits
    features = {"ck_os_uoa": name, "ck_os_base_uoa": "", "name": _distribution(),
                "name_short": "Linux " + machine.release.split("-")[0],
                "name_long": "Linux-%s-%s" % (machine.release, machine.machine),
                "abi": machine.machine, "serial_number": "", "bits": bits}
    uid = given.get("host_os_uid", "")
    return {"return": 0, "os_uoa": name, "os_uid": uid, "os_dict": system, "host_os_uoa": name,
            "host_os_uid": uid, "host_os_dict": system, "devices": [], "device_id": "",
            "features": {"os": features, "os_misc": {}}}


# ---- soft -----------------------------------------------------------------------------------------

def _version_in(file, pattern):
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            found = re.search(pattern, opened.read(), re.I)
            return found.group(1) if found else ""
    except OSError:
        return ""


def search_version(i, ck):
    """What Spack or the settings of HDF5 say, in the folders above `path`."""
    folder, name = os.path.split(i["path"])
    settings = os.path.splitext(name)[0] + ".settings"
    version = _version_in(os.path.join(folder, settings), r" version:\s*(\S+)")
    while not version and folder:
        version = _version_in(os.path.join(folder, ".spack", "spec.yaml"), r"\bversion: *(\S+)")
        above = os.path.dirname(folder)
        folder = above if above != folder else ""
    return {"return": 0, "version": version}


def list_matching(i, ck):
    """Full paths of what fits a pattern, at most `recursion_level_max` folders down."""
    top, pattern = i["path"], i.get("pattern", "")
    deepest = ck.safe_int(i.get("recursion_level_max"), 0)
    found = []
    for folder, folders, files in os.walk(top):
        depth = 0 if folder == top else os.path.relpath(folder, top).count(os.sep) + 1
        found += [os.path.join(folder, name) for name in sorted(files)
                  if pattern and fnmatch.fnmatch(name, pattern)]
        if depth >= deepest > 0:
            folders[:] = []
    return {"return": 0, "list": found}


# ---- script, choice, program.output ---------------------------------------------------------------

def run_script(i, ck):
    """A function of another component's Python file, or a command that a script names."""
    module = i.get("script_module_uoa") or "script"
    entry = ck.access({"action": "load", "module_uoa": module, "data_uoa": i.get("data_uoa", ""),
                       "repo_uoa": i.get("repo_uoa", "")})
    if entry["return"] > 0:
        return entry
    if not i.get("code"):
        return _run_sub_script(i, entry)
    loaded = ck.load_module_from_path({"path": entry["path"], "module_code_name": i["code"],
                                       "skip_init": "yes"})
    if loaded["return"] > 0:
        return loaded
    function = getattr(loaded["code"], i.get("func") or "", None)
    if not function:
        return _error("%s has no function '%s'" % (loaded["path"], i.get("func", "")))
    argument = i.get("dict", {})
    argument["ck_kernel"] = ck
    result = function(argument)
    result.setdefault("return_code", 0)
    return result


def _run_sub_script(i, entry):
    import subprocess
    name = i.get("name", "")
    script = entry.get("dict", {}).get("sub_scripts", {}).get(name)
    if not script:
        return _error('subscript "%s" is not found in entry "%s"' % (name, i.get("data_uoa", "")))
    cmd = script["cmd"].replace("$#ck_path#$", entry["path"] + os.sep)
    cmd += " " + i["params"] if i.get("params") else ""
    return {"return": 0, "return_code": subprocess.call(cmd, shell=True)}


def select_uoa(i, ck=None):
    """The first: nobody is asked."""
    if not i.get("choices"):
        return _error("there is nothing to choose from")
    return {"return": 0, "choice": i["choices"][0]["data_uid"]}


def check_numerical(i, ck):
    """Whether two files with lists of numbers are alike, up to `abs_threshold`."""
    lists = []
    for key in ("file1", "file2"):
        loaded = ck.load_json_file({"json_file": i[key]})
        if loaded["return"] > 0:
            return loaded
        numbers = loaded["dict"]
        if not isinstance(numbers, list) or not numbers or not all(map(_is_number, numbers)):
            return _error("%s is no list of numbers" % i[key])
        lists.append(numbers)
    return _compare_numbers(lists[0], lists[1], ck.safe_float(i.get("abs_threshold"), 0.0))


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _compare_numbers(first, second, threshold):
    if len(first) != len(second):
        reason = "different length of numerical outputs (%d vs %d)" % (len(first), len(second))
        return {"return": 0, "failed": True, "fail_reason": reason}
    differences = ["%d) %s vs %s\n" % (n, json.dumps(a), json.dumps(b))
                   for n, (a, b) in enumerate(zip(first, second)) if not abs(a - b) <= threshold]
    if not differences:
        return {"return": 0, "failed": False}
    return {"return": 0, "failed": True,
            "fail_reason": "Numerical outputs differ:\n" + "".join(differences)}


ACTIONS = {
    ("os", "lib_path_export_script"): lib_path_export_script,
    ("os", "convert_to_cygwin_path"): convert_to_cygwin_path,
    ("os", "convert_to_cygwin_paths"): convert_to_cygwin_paths,
    ("os", "run_and_get_stdout"): run_and_get_stdout,
    ("os", "shell"): shell,
    ("misc", "capture_command_output"): capture_command_output,
    ("platform.os", "detect"): detect_platform,
    ("soft", "search_version"): search_version,
    ("soft", "list_all_files"): list_matching,
    ("script", "run"): run_script,
    ("choice", "select_uoa"): select_uoa,
    ("program.output", "check_numerical"): check_numerical,
}
