"""Flat keys: a path into nested dicts and lists as one text, {"a": {"b": [5]}} has "##a#b@0"."""
import fnmatch
import re


def _steps(key):
    """The way to a value: texts for dicts, numbers for lists; none if the key is no flat key."""
    if not re.fullmatch(r"#([#@][^#@]*)*", key):
        return None
    return [int(step[1:]) if step[0] == "@" else step[1:] for step in re.findall(r"[#@][^#@]*", key[1:])]


def _leaves(value, key):
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, "%s#%s" % (key, name))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, "%s@%d" % (key, number))
    else:
        yield key, value


def _matches(key, patterns):
    return any(key == pattern or fnmatch.fnmatch(key, pattern) for pattern in patterns)


def flatten_dict(i):
    kept = i.get("prune_keys") or []
    return {"return": 0, "dict": {key: value for key, value in _leaves(i["dict"], "#")
                                  if not kept or _matches(key, kept)}}


def get_by_flat_key(i):
    value, steps = i["dict"], _steps(i["key"])
    try:
        for step in steps or [None]:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        value = None
    return {"return": 0, "value": value}


def set_by_flat_key(i):
    place, steps = i["dict"], _steps(i["key"])
    if not steps:
        return {"return": 1, "error": "%s is no flat key" % i["key"]}
    for step, following in zip(steps, steps[1:] + [None]):
        empty = list if isinstance(following, int) else dict
        if isinstance(step, int):
            place.extend(empty() for _ in range(step + 1 - len(place)))
        elif step not in place:
            place[step] = empty()
        if following is None:
            place[step] = i["value"]
        place = place[step]
    return {"return": 0, "dict": i["dict"]}


def restore_flattened_dict(i):
    nested = {}
    for key, value in i["dict"].items():
        done = set_by_flat_key({"dict": nested, "key": key, "value": value})
        if done["return"] > 0:
            return done
    return {"return": 0, "dict": nested}


def compare_flat_dicts(i):
    first, second, ignored = i["dict1"], i["dict2"], i.get("keys_to_ignore") or []

    def value_of(flat, key):
        value = flat.get(key)
        if value is None and i.get("space_as_none") == "yes":
            return ""
        return value.lower() if i.get("ignore_case") == "yes" and isinstance(value, str) else value

    keys = [key for key in set(first) | set(second) if not _matches(key, ignored)]
    equal = all(value_of(first, key) == value_of(second, key) for key in keys)
    return {"return": 0, "equal": "yes" if equal else "no"}
