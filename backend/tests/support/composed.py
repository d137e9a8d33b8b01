"""What Docker Compose would make of our files, for the parts of it that they use: merged, filled in, written out."""

import re

import yaml

VARIABLE = re.compile(r"\$\{([A-Z_]+)(?:(:-|:\?)([^}]*))?\}")
RESET = object()  # `!reset` takes away what the first file says


class Loader(yaml.SafeLoader):
    """YAML with Compose's own tag."""


Loader.add_constructor("!reset", lambda _loader, _node: RESET)


def compose(files, variables):
    """The whole of the files, the later over the earlier, with every variable filled in; fails when one is missing."""
    whole = {}
    for path in files:
        _merge(whole, yaml.load(path.read_text(), Loader))  # noqa: S506 - a SafeLoader with one more tag
    whole = _filled({name: each for name, each in whole.items() if not name.startswith("x-")}, variables)
    for service in whole["services"].values():
        service["volumes"] = [_mount(each, files[0].parent) for each in service.get("volumes", [])]
    return whole


def _merge(whole, more):
    for name, each in more.items():
        if each is RESET:
            whole.pop(name, None)
        elif isinstance(each, dict) and isinstance(whole.get(name), dict):
            whole[name] = dict(whole[name])  # anchors share what they hold
            _merge(whole[name], each)
        else:
            assert not (isinstance(each, list) and name in whole), f"this reader merges no lists: {name}"
            whole[name] = each


def _filled(part, variables):
    if isinstance(part, dict):
        return {name: _filled(each, variables) for name, each in part.items()}
    if isinstance(part, list):
        return [_filled(each, variables) for each in part]
    return VARIABLE.sub(lambda found: _value(found, variables), part) if isinstance(part, str) else part


def _value(found, variables):
    name, how, otherwise = found.groups()
    if variables.get(name):
        return variables[name]
    assert how == ":-", f"{name} is missing"
    return otherwise


def _mount(text, folder):
    source, target, *options = text.split(":")
    is_bound = source.startswith(".")
    source = str((folder / source).resolve()) if is_bound else source
    return {
        "type": "bind" if is_bound else "volume",
        "source": source,
        "target": target,
        "read_only": options == ["ro"],
    }
