"""Each component of this repository says its schema first and has a uid of its own."""
import json
import re

from tree import strip_comments

FOLDERS = ("components/", "packages/", "programs/", "environments/", "repos/", "examples/")
SCHEMA = re.compile(r"ck\.[a-z]+/\d+")
UID = re.compile(r"[0-9a-f]{16}")


def check(tree):
    owners = {}
    for name in tree.files:
        described = name.endswith("/ck.json") and name.startswith(FOLDERS)
        if not described and name != "ck-repo.json":
            continue
        try:
            component = json.loads(strip_comments(tree.text(name), strings=False))
        except ValueError as error:
            yield f"{name}: {error}"
            continue
        if next(iter(component), None) != "schema" or not SCHEMA.fullmatch(str(component["schema"])):
            yield f'{name}: the first key has to be "schema", for example "ck.package/1"'
        uid = component.get("uid")
        if not isinstance(uid, str) or not UID.fullmatch(uid):
            yield f'{name}: "uid" has to be 16 hexadecimal digits, found {uid!r}'
        elif uid in owners:
            yield f"{name}: uid {uid} belongs to {owners[uid]} already"
        else:
            owners[uid] = name
