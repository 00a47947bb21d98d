"""Runs Python hooks for the engine, one call after the other.

A request is a line of JSON on descriptor 3, an answer a line on descriptor 4; in between a hook may
ask the engine through `ck.access`:

    engine: {"op": "call", "id": NUMBER, "path": FILE, "func": NAME, "arg": {...}, "cwd": FOLDER,
             "environ": {...}}
    host:   {"rpc": "access", "arg": {...}}            engine: {"ret": {...}}
    host:   {"done": RESULT, "input": ARG, "environ": {CHANGED...}, "sha256": OF_FILE,
             "dropped": [PATH, ...]}
       or   {"failed": KIND, "message": TEXT, "sha256": OF_FILE}

What the host says has the "id" of the call too. KIND is "missing" (no such
function), "raised", "exited" or "answer" (not an object). What hooks print goes to stdout and
stderr, which the engine reads as text.
"""
import builtins
import hashlib
import io
import json
import math
import os
import sys
import types

import ck.kernel as kernel

REQUESTS, ANSWERS = 3, 4


class Channel:
    """Lines of JSON from and to the engine."""

    def __init__(self):
        # Programs that hooks start must not hold the channel open.
        os.set_inheritable(REQUESTS, False)
        os.set_inheritable(ANSWERS, False)
        self.requests = open(REQUESTS, "rb")
        self.answers = open(ANSWERS, "wb")
        self.call = None  # the id of the one that is served

    def read(self):
        line = self.requests.readline()
        return json.loads(line.decode("utf-8")) if line.endswith(b"\n") else None

    def write(self, message):
        text = json.dumps(dict(message, id=self.call), ensure_ascii=False, allow_nan=False)
        # Names of files that are no UTF-8 hold halves of surrogate pairs, which JSON cannot say.
        self.answers.write(text.encode("utf-8", "replace") + b"\n")
        self.answers.flush()

    def ask_engine(self, request):
        self.write({"rpc": "access", "arg": Plain().value(request)})
        answer = self.read()
        if answer is None:
            os._exit(0)
        return answer["ret"]


class Plain:
    """Makes copies that JSON can hold; `dropped` says what it could not."""

    def __init__(self):
        self.dropped = []
        self.parents = set()

    def value(self, value, path=""):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float) and math.isfinite(value):
            return float(value)
        if isinstance(value, (dict, list, tuple)) and id(value) not in self.parents:
            return self.container(value, path)
        if callable(value) and hasattr(value, "__name__"):
            return value.__name__
        self.dropped.append("%s (%s)" % (path or "/", type(value).__name__))
        return None

    def container(self, value, path):
        self.parents.add(id(value))
        if isinstance(value, dict):
            copy = self.members(value, path)
        else:
            copy = [self.value(item, "%s/%d" % (path, n)) for n, item in enumerate(value)]
        self.parents.remove(id(value))
        return copy

    def members(self, value, path):
        copy = {}
        for key, item in value.items():
            if isinstance(item, types.ModuleType):
                continue  # ck_kernel
            plain = self.value(item, "%s/%s" % (path, key))
            if plain is not None or item is None:
                copy[str(key)] = plain
        return copy


class Surroundings:
    """What a hook may change and the next one must not see."""

    def __init__(self):
        self.directory = os.getcwd()
        self.environ = dict(os.environ)
        self.path = list(sys.path)
        self.argv = list(sys.argv)
        self.streams = sys.stdin, sys.stdout, sys.stderr

    def restore(self):
        os.chdir(self.directory)
        if os.environ != self.environ:
            os.environ.clear()
            os.environ.update(self.environ)
        sys.path[:] = self.path
        sys.argv[:] = self.argv
        sys.stdin, sys.stdout, sys.stderr = self.streams


class Failure(Exception):
    """What the engine is told instead of a result."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def begin_module(module, meta, work):
    """What CK does with a module before the first of its actions."""
    # Modules begin with empty ones of these.
    module.ck, module.cfg, module.work = kernel, meta, work
    if hasattr(module, "init"):
        started = module.init({})
        if started["return"] > 0:
            raise Failure("answer", "its init says: %s" % started.get("error"))


class Hooks:
    """The loaded files. One that has not changed stays loaded and keeps its state."""

    def __init__(self):
        self.loaded = {}  # path -> (content, module, its sys.path)

    def load(self, path, content, meta, work):
        known = self.loaded.get(path)
        if not known or known[0] != content:
            module = kernel.module_of(content, path, meta)
            if work is not None:
                begin_module(module, meta, work)
            known = self.loaded[path] = content, module, list(sys.path)
        sys.path[:] = known[2]
        return known[1]

    def call(self, request, content):
        os.chdir(request["cwd"])
        os.environ.update(request["environ"])
        given = dict(os.environ)
        argument = kernel.current_input = request["arg"]
        # Only modules of CK have this: what else they find in the process that runs them.
        work = argument.pop("self_work", None)
        module = self.load(request["path"], content, argument.get("self_cfg") or {}, work)
        function = getattr(module, request["func"], None)
        if not callable(function):
            raise Failure("missing", "there is no such function")
        if work is None:
            argument["ck_kernel"] = kernel  # modules have `ck` and may copy what they get
        result = function(argument)
        if not isinstance(result, dict):
            raise Failure("answer", "it returned %s, not a dict" % type(result).__name__)
        plain = Plain()
        # In CK hooks lived in the process that starts the program: what they set, it saw.
        changed = {name: value for name, value in os.environ.items() if given.get(name) != value}
        return {"done": plain.value(result, "/result"), "input": plain.value(argument, "/input"),
                "environ": changed, "dropped": plain.dropped}


def print_trace():
    """The exception without the frames of the host."""
    import traceback
    kind, error, frames = sys.exc_info()
    while frames and frames.tb_frame.f_code.co_filename in (__file__, kernel.__file__):
        frames = frames.tb_next
    traceback.print_exception(kind, error, frames)


def answer_to(hooks, request, content):
    try:
        return hooks.call(request, content)
    except Failure as failure:
        return {"failed": failure.kind, "message": str(failure)}
    except SystemExit as end:
        return {"failed": "exited", "message": "exit(%s)" % ("" if end.code is None else end.code)}
    except BaseException as error:  # whatever it is, the engine gets an answer
        try:
            print_trace()
        except BaseException:
            pass  # stderr may be what is broken
        return {"failed": "raised", "message": "%s: %s" % (type(error).__name__, error)}


def serve(channel):
    process = os.getpid()
    hooks = Hooks()
    while True:
        request = channel.read()
        if request is None:
            return
        channel.call = request["id"]
        surroundings = Surroundings()
        with open(request["path"], "rb") as file:
            content = file.read()
        answer = answer_to(hooks, request, content)
        if os.getpid() != process:
            os._exit(0)  # a fork that came back from the hook has nobody to answer to
        surroundings.restore()
        answer["sha256"] = hashlib.sha256(content).hexdigest()
        channel.write(answer)


def as_text(stream):
    """The stream without a buffer, whatever the locale can write."""
    return io.TextIOWrapper(stream.buffer, encoding="utf-8", errors="replace", write_through=True)


def main():
    sys.stdout, sys.stderr = as_text(sys.stdout), as_text(sys.stderr)
    builtins.input = lambda prompt="": kernel.inp({"text": prompt})["string"]
    channel = Channel()
    kernel.ask_engine = channel.ask_engine
    serve(channel)


if __name__ == "__main__":
    main()
