"""The functions that hooks and scripts of Collective Knowledge call, mostly a dict in and a dict out:
{"return": 0, ...}, or {"return": above 0, "error": TEXT}.

What only the engine knows goes through `access`: inside the hook host to the engine that started
it, elsewhere to the program `ck` (the variable CK_EXECUTABLE, else PATH).
"""
import fnmatch
import json
import os
import sys

from ck import served
from ck.flat import (compare_flat_dicts, flatten_dict, get_by_flat_key,  # noqa: F401 (offered here)
                     restore_flattened_dict, set_by_flat_key)
from ck.served import run_and_get_stdout, select_uoa  # noqa: F401 (offered here)

__version__ = "2.6.4"  # of the interface

_repositories = os.environ.get("CK_REPOS") or os.path.join(os.path.expanduser("~"), "CK")
cfg = {"name": "ck", "version": __version__.split("."), "error": "Error: "}
work = {"dir_repos": _repositories, "dir_local_repo": os.path.join(_repositories, "local"),
        "dir_default_repo": os.path.dirname(os.path.abspath(__file__))}

current_input = {}  # of the hook that is running
_modules = {}  # file -> (time of its last change, module)
_loaded = []  # every file that became a module


def error(text, code=1):
    return {"return": code, "error": text}


# ---- the engine -----------------------------------------------------------------------------------

def ask_engine(request):
    """What `ck access` answers; the hook host puts its channel here."""
    import subprocess
    program = os.environ.get("CK_EXECUTABLE") or "ck"
    request = {key: value for key, value in request.items() if key != "ck_kernel"}
    try:
        ended = subprocess.run([program, "access"], input=json.dumps(request).encode(),
                               stdout=subprocess.PIPE)
    except (OSError, TypeError) as reason:
        return error("cannot ask %s: %s" % (program, reason))
    try:
        return json.loads(ended.stdout.decode("utf-8"))
    except ValueError:
        return error("%s access gave no JSON and ended with %d" % (program, ended.returncode))


def access(i):
    """An action of a module: {"action": ..., "module_uoa": ..., ...}, or a command line."""
    try:
        request = dict(i) if isinstance(i, dict) else _command_line(i)
    except (OSError, ValueError) as reason:
        return error("cannot understand the command line: %s" % reason)
    cid = request.get("cid", "")
    if cid and not cid.startswith(("#", "^")):
        parsed = _split_cid(cid, default_to_module=True)
        if parsed is None:
            return error("unknown CID format")
        del request["cid"]
        request.update(parsed)
    action = served.ACTIONS.get((request.get("module_uoa"), request.get("action")))
    return action(request, sys.modules[__name__]) if action else ask_engine(request)


def _command_line(line):
    import shlex
    request = {"cids": []}
    words = shlex.split(line) if isinstance(line, str) else list(line)
    while words:
        word = words.pop(0)
        key, equals, value = word.lstrip("-").partition("=")
        if word == "--":
            request["unparsed"], words = words, []
        elif word.startswith("@@@"):
            request.update(json.loads(word[3:].replace("'", '"')))
        elif word.startswith("@"):
            with open(word[1:]) as file:
                merge_dicts({"dict1": request, "dict2": json.load(file)})
        elif equals or word.startswith("-"):
            request[key] = value if equals else "yes"
        elif "action" not in request:
            request["action"] = word
        elif "cid" not in request:
            request["cid"] = word
        else:
            request["cids"].append(word)
    return request


def _split_cid(cid, default_to_module=False):
    parts = cid.split(":")
    names = {1: ["module_uoa"] if default_to_module else ["data_uoa"],
             2: ["module_uoa", "data_uoa"], 3: ["repo_uoa", "module_uoa", "data_uoa"]}.get(len(parts))
    return dict(zip(names, parts)) if cid and names else None


def parse_cid(i):
    text, current = i.get("cid", ""), i.get("cur_cid") or {}
    if text.startswith(("#", "^")):
        return access(dict(i, action="parse_cid", common_func="yes"))
    parsed = _split_cid(text)
    if parsed is None:
        return {"return": 0} if i.get("ignore_error") == "yes" else error("unknown CID format")
    given = {key: value for key, value in current.items() if key in ("repo_uoa", "module_uoa")}
    return dict(given, **dict(parsed, **{"return": 0}))


def _common(action):
    """A function of the kernel that the engine serves."""
    return lambda i: access(dict(i, action=action, common_func="yes"))


cid = _common("cid")
search = _common("search")
list_data = _common("list")
reload_repo_cache = _common("reload_repo_cache")


def find_path_to_repo(i):
    return access({"action": "find", "module_uoa": "repo", "data_uoa": i.get("repo_uoa", "")})


def load_repo_info_from_cache(i):
    return access({"action": "load", "module_uoa": "repo", "data_uoa": i.get("repo_uoa", "")})


# ---- talking to people ----------------------------------------------------------------------------

def out(text):
    print(text, flush=True)


def inp(i):
    """Nobody is there to answer: the question is noted, the answer is the default."""
    out("%s [not asked: the default is taken]" % i.get("text", ""))
    return {"return": 0, "string": ""}


def err(r):
    out(cfg["error"] + r["error"])
    sys.exit(r["return"])


def select(i):
    """The key that would be first in the menu."""
    choices = i.get("dict", {})
    if not choices:
        return error("there is nothing to select from")
    return {"return": 0, "string": min(choices, key=lambda key: safe_int(choices[key].get("sort"), 0))}


# ---- files ----------------------------------------------------------------------------------------

def load_text_file(i):
    name = i["text_file"]
    try:
        with open(name, "rb") as file:
            content = file.read()
    except OSError as reason:
        return error("problem opening text file=%s (%s)" % (name, reason), 16)
    result = {"return": 0, "bin": content}
    if i.get("delete_after_read") == "yes":
        os.remove(name)
    if i.get("keep_as_bin") == "yes":
        return result
    try:
        text = content.decode(i.get("encoding") or "utf-8").replace("\r", "")
    except (ValueError, LookupError) as reason:
        return error('problem decoding content from file "%s" (%s)' % (name, reason))
    result["string"] = text
    if "yes" in (i.get("split_to_list"), i.get("convert_to_dict")):
        result["lst"] = text.split("\n")
    if i.get("convert_to_dict") == "yes":
        pairs = [line.partition(i.get("str_split") or ":") for line in result["lst"]]
        values = {key.strip(): value.strip() for key, found, value in pairs if found}
        unquoted = i.get("remove_quotes") == "yes"
        result["dict"] = {key: v[1:-1] if unquoted and len(v) > 1 and v[0] == v[-1] == '"' else v
                          for key, v in values.items()}
    return result


def save_text_file(i):
    name, text = i["text_file"], i["string"]
    try:
        with open(name, "ab" if i.get("append") == "yes" else "wb") as file:
            file.write(text if isinstance(text, bytes) else text.replace("\r", "").encode("utf-8"))
    except OSError as reason:
        return error("problem writing text file=%s (%s)" % (name, reason))
    return {"return": 0}


def load_json_file(i):
    name = i["json_file"]
    try:
        with open(name, encoding="utf-8") as file:
            return {"return": 0, "dict": json.load(file)}
    except OSError as reason:
        return error("problem opening json file=%s (%s)" % (name, reason), 16)
    except ValueError as reason:
        return error("problem parsing json from file=%s (%s)" % (name, reason))


def save_json_to_file(i):
    converted = dumps_json({"dict": i["dict"], "sort_keys": i.get("sort_keys", "")})
    if converted["return"] > 0:
        return converted
    return save_text_file({"text_file": i["json_file"], "string": converted["string"] + "\n"})


def dumps_json(i):
    indent = None if i.get("skip_indent") == "yes" else 2
    try:
        text = json.dumps(i["dict"], indent=indent, ensure_ascii=False,
                          sort_keys=i.get("sort_keys") == "yes")
    except (TypeError, ValueError) as reason:
        return error("problem converting dict to json (%s)" % reason)
    return {"return": 0, "string": text}


dump_json = dumps_json


def convert_json_str_to_dict(i):
    text = i["str"]
    if i.get("skip_quote_replacement") != "yes":
        text = text.replace('"', "\\\"").replace("'", '"')
    try:
        return {"return": 0, "dict": json.loads(text)}
    except ValueError as reason:
        return error("problem converting text to json (%s)" % reason)


def gen_tmp_file(i):
    import tempfile
    handle, name = tempfile.mkstemp(prefix=i.get("prefix", ""), suffix=i.get("suffix", ""))
    os.close(handle)
    os.remove(name)
    return {"return": 0, "file_name": os.path.basename(name) if i.get("remove_dir") == "yes" else name}


def list_all_files(i):
    top, pattern, wanted = i["path"], i.get("pattern", ""), i.get("file_name", "")
    limit, ignored = safe_int(i.get("limit"), -1), i.get("ignore_names") or []
    found = {}

    def kept(folder, name):
        hidden = i.get("all") != "yes" and name in (".git", ".cm", ".svn", "__pycache__")
        file = os.path.join(folder, name)
        link = i.get("ignore_symb_dirs") == "yes" and os.path.islink(file) and os.path.isdir(file)
        return not hidden and not link and name not in ignored

    for folder, folders, files in os.walk(top, followlinks=True):
        folders[:] = sorted(name for name in folders if kept(folder, name))
        for name in sorted(files):
            fits = (not wanted or name == wanted) and (not pattern or fnmatch.fnmatch(name, pattern))
            file = os.path.join(folder, name)
            if fits and kept(folder, name) and os.path.exists(file):
                found[os.path.relpath(file, top)] = dict(
                    {"size": os.path.getsize(file)}, **({"path": folder} if i.get("add_path") else {}))
            if len(found) == limit:
                return {"return": 0, "list": found, "number": str(len(found))}
    return {"return": 0, "list": found, "number": str(len(found))}


def load_module_from_path(i):
    """A Python file of a component as a module, with the globals `ck` and `cfg`."""
    path, name = i["path"], i["module_code_name"]
    file = os.path.join(path, name + ".py")
    if not os.path.isfile(file):
        file = os.path.join(path, name, "__init__.py")
    if not os.path.isfile(file):
        return error("can't find module code (path=%s, name=%s, err=No module named '%s')"
                     % (path, name, name))
    changed = os.stat(file).st_mtime_ns
    if file not in _modules or _modules[file][0] != changed:
        with open(file, "rb") as source:
            module = module_of(source.read(), file, i.get("cfg") or {})
        if i.get("skip_init") != "yes" and hasattr(module, "init"):
            started = module.init(i)
            if started["return"] > 0:
                return started
        _modules[file] = changed, module
    module = _modules[file][1]
    return {"return": 0, "code": module, "path": file, "cuid": module.__name__}


def module_of(source, file, meta):
    """A module that was not there before, from the source of a file."""
    import types
    _loaded.append(file)
    module = types.ModuleType("rt_%d_%s" % (len(_loaded), os.path.basename(file)[:-3]))
    module.__file__, module.ck, module.cfg = file, sys.modules[__name__], meta
    sys.modules[module.__name__] = module
    exec(compile(source, file, "exec"), module.__dict__)
    module.ck = sys.modules[__name__]  # modules begin with ck = None
    return module


def delete_directory(i):
    import shutil
    if os.path.isdir(i["path"]):
        shutil.rmtree(i["path"])
    return {"return": 0}


def unzip_file(i):
    import zipfile
    with zipfile.ZipFile(i["archive_file"]) as archive:
        archive.extractall(i.get("path") or ".")  # keeps names inside that folder
        return {"return": 0, "skipped": [], "files": archive.namelist()}


def convert_file_to_upload_string(i):
    import base64
    loaded = load_text_file({"text_file": i["filename"], "keep_as_bin": "yes"})
    if loaded["return"] > 0:
        return loaded
    return {"return": 0, "file_content_base64": base64.urlsafe_b64encode(loaded["bin"]).decode()}


def convert_upload_string_to_file(i):
    import base64
    name = i.get("filename") or gen_tmp_file({"prefix": "tmp-"})["file_name"]
    saved = save_text_file({"text_file": name,
                            "string": base64.urlsafe_b64decode(i["file_content_base64"].encode())})
    return dict(saved, filename=name, filename_ext=os.path.splitext(name)[1])


# ---- values ---------------------------------------------------------------------------------------

def safe_int(value, default):
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


def safe_float(value, default):
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def gen_uid(i):
    return {"return": 0, "data_uid": os.urandom(8).hex()}


def is_uid(text):
    return len(text) == 16 and all(c in "0123456789abcdefABCDEF" for c in text)


def is_uoa(text):
    return not any(c in text for c in "#*?")


def merge_dicts(i):
    """dict2 into dict1, in place."""
    for key, value in i["dict2"].items():
        old = i["dict1"].get(key)
        if isinstance(value, dict):
            if not isinstance(old, dict):
                i["dict1"][key] = old = {}
            merge_dicts(dict(i, dict1=old, dict2=value))
        elif isinstance(value, list):
            i["dict1"][key] = list(old or []) if i.get("append_lists") == "yes" else []
            i["dict1"][key] += value
        else:
            i["dict1"][key] = value
    return {"return": 0, "dict1": i["dict1"]}


def compare_dicts(i):
    """Whether dict1 holds everything of dict2."""
    ignore_case = i.get("ignore_case") == "yes"

    def holds(value, wanted):
        if isinstance(wanted, dict):
            return isinstance(value, dict) and all(
                key in value and holds(value[key], wanted[key]) for key in wanted)
        if isinstance(wanted, list):
            return isinstance(value, list) and all(item in value for item in wanted)
        if ignore_case and isinstance(value, str) and isinstance(wanted, str):
            return value.lower() == wanted.lower()
        return value == wanted

    return {"return": 0, "equal": "yes" if holds(i["dict1"], i["dict2"]) else "no"}


def get_from_dicts(dict1, key, default, dict2, extra=""):
    """The value of `key`, moved from dict1 to dict2; else what dict2 has under `extra` + key."""
    if key in dict1:
        value = dict1.pop(key)
        if dict2 is not None:
            dict2[extra + key] = value
        return value
    return default if dict2 is None else dict2.get(extra + key, default)


def get_current_date_time(i):
    import datetime
    now = datetime.datetime.now()
    return {"return": 0, "iso_datetime": now.isoformat(),
            "array": {"date_year": now.year, "date_month": now.month, "date_day": now.day,
                      "time_hour": now.hour, "time_minute": now.minute, "time_second": now.second}}


def get_os_ck(i):
    bits = "64" if sys.maxsize > 2 ** 32 else "32"
    return {"return": 0, "platform": "linux", "bits": i.get("bits") or bits, "python_bits": bits}


def system_with_timeout(i):
    import subprocess
    limit = safe_float(i.get("timeout"), 0)
    process = subprocess.Popen(i["cmd"], shell=True, start_new_session=True)
    try:
        return {"return": 0, "return_code": process.wait(limit if limit > 0 else None)}
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return error("process timed out and had been terminated", 8)
