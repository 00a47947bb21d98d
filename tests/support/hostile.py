"""What strangers' code might try. Reads a JSON object from its first argument and prints a line an
attempt: "NAME yes" when it worked, "NAME no" and why when it did not. Tests run it with and without a
sandbox: it must get through without one, or it would prove nothing."""
import ctypes
import json
import os
import socket
import stat
import subprocess
import sys

with open(sys.argv[1]) as file:
    GIVEN = json.load(file)


def attempt(name):
    def run(function):
        if name.split(":")[0] not in GIVEN.get("only", [name.split(":")[0]]):
            return
        try:
            function()
            print(name, "yes", flush=True)
        except BaseException as error:  # whatever stops it
            print(name, "no", str(error)[:100].replace("\n", " "), flush=True)
    return run


@attempt("write")
def _():
    with open(GIVEN["outside"] + "/planted", "w") as file:
        file.write("here")


@attempt("append")
def _():
    with open(GIVEN["outside"] + "/file", "a") as file:
        file.write("more")


@attempt("chmod")
def _():
    os.chmod(GIVEN["outside"] + "/file", 0o777)


@attempt("utime")
def _():
    os.utime(GIVEN["outside"] + "/file", (1, 1))


@attempt("rename")
def _():
    os.rename(GIVEN["outside"] + "/other", GIVEN["outside"] + "/moved")


@attempt("secret")
def _():
    with open(GIVEN["secret"]) as file:
        assert "PRIVATE" in file.read()


@attempt("tcp")
def _():
    socket.create_connection(("127.0.0.1", GIVEN["tcp"]), 2).close()


@attempt("udp")
def _():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", GIVEN["udp"]))


@attempt("unix")
def _():
    socket.socket(socket.AF_UNIX).connect(GIVEN["unix"])


@attempt("abstract")
def _():
    socket.socket(socket.AF_UNIX).connect("\0" + GIVEN["abstract"])


@attempt("kill")
def _():
    os.kill(GIVEN["victim"], 9)


@attempt("look")
def _():
    os.listdir("/proc/%d/root/" % GIVEN["watched"])


@attempt("shm")
def _():
    with open("/dev/shm/" + GIVEN["mark"], "w") as file:
        file.write("x")
#In a sandbox this is a place of its own, gone afterwards; the test looks for the file.


@attempt("setuid")
def _():
    path = GIVEN["work"] + "/root-shell"
    with open(path, "w"):
        pass
    os.chmod(path, 0o4755)
    assert os.stat(path).st_mode & stat.S_ISUID


@attempt("namespace")
def _():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000 | 0x00020000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if libc.mount(b"none", b"/", None, 0x1000 | 0x20, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")


@attempt("device")
def _():
#A disk can be read by root whatever is mounted read - only.
    for name in os.listdir("/sys/block"):
        if os.path.exists("/dev/" + name):
            os.close(os.open("/dev/" + name, os.O_RDONLY))
            return
    raise OSError("no disk to be seen")


@attempt("outlive")
def _():
    # It has its own session when this returns: before, the end of the program's group would be its end.
    subprocess.Popen(["sleep", GIVEN["sleep"]], start_new_session=True,
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)


@attempt("status")
def _():
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(("CapEff", "CapPrm", "CapBnd", "NoNewPrivs", "Seccomp:")):
                print("status:" + line.replace(":", "").strip().replace("\t", " "))
