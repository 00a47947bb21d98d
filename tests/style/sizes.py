"""A file over 600 lines holds two ideas; each layer says on a postcard what it is for."""
from tree import CODE

MAX_LINES = 600
MAX_README_LINES = 15


def check(tree):
    for name in tree.named(CODE):
        lines = tree.text(name).count("\n")
        if lines > MAX_LINES:
            yield f"{name}: {lines} lines, at most {MAX_LINES}: split it"
    layers = sorted({f.split("/")[1] for f in tree.files if f.startswith("engine/") and f.count("/") > 1})
    for layer in layers:
        readme = f"engine/{layer}/README.md"
        if readme not in tree.files:
            yield f"{readme}: missing; say what the layer does, must not do, and where to enter"
        elif tree.text(readme).count("\n") > MAX_README_LINES:
            yield f"{readme}: more than {MAX_README_LINES} lines"
