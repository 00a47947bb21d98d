"""Relative links in Markdown lead to a file, and their anchors to a heading."""
import posixpath
import re
from urllib.parse import unquote

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", re.M)
FENCE = re.compile(r"^( *)(```+|~~~+).*?^\s*\2\s*$", re.M | re.S)
CODE_SPAN = re.compile(r"(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.M)
EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


def _blank(match):
    return "\n" * match.group(0).count("\n")


def anchors(text):
    """The anchors GitHub makes of the headings."""
    found, counts = set(), {}
    for heading in HEADING.findall(FENCE.sub(_blank, text)):
        heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        seen = counts.get(slug, 0)
        counts[slug] = seen + 1
        found.add(f"{slug}-{seen}" if seen else slug)
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def check(tree):
    for name in tree.named((".md",)):
        text = FENCE.sub(_blank, tree.text(name))
        text = CODE_SPAN.sub("", text)
        for match in LINK.finditer(text):
            target = match.group(1) or match.group(2)
            if EXTERNAL.match(target):
                continue
            line = text.count("\n", 0, match.start()) + 1
            path, _, anchor = unquote(target).partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            if file.startswith("..") or not (tree.root / file).exists():
                yield f"{name}:{line}: link to {target}: no such file"
            elif anchor and file.endswith(".md") and anchor not in anchors(tree.text(file)):
                yield f"{name}:{line}: link to {target}: no such heading"
