"""What `kubectl kustomize` would make of a folder, for the parts of kustomize that ops/kubernetes uses."""

import copy

import yaml

KNOWN = {"apiVersion", "kind", "namespace", "labels", "resources", "components", "images", "patches"}


def build(folder, *, components=()):
    """The resources of a folder; `components` are added to those that it names."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert said.keys() <= KNOWN, f"{folder}: teach this builder {said.keys() - KNOWN}"
    made = [each for path in said.get("resources", []) for each in _read(folder / path)]
    for path in [*said.get("components", []), *components]:
        made = _with(folder / path, made)
    return _changed(folder, said, made)


def _with(folder, made):
    """What was made before, with a component's own resources, and its changes to all of them."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert said["kind"] == "Component"
    return _changed(folder, said, made + [each for path in said.get("resources", []) for each in _read(folder / path)])


def _read(path):
    return build(path) if path.is_dir() else [each for each in yaml.safe_load_all(path.read_text()) if each]


def _changed(folder, said, made):
    made = copy.deepcopy(made)
    for patch in said.get("patches", []):
        text = patch.get("patch") or (folder / patch["path"]).read_text()
        _patch(made, patch.get("target"), yaml.safe_load_all(text))
    for resource in made:
        for label in said.get("labels", []):
            resource["metadata"].setdefault("labels", {}).update(label["pairs"])
        if "namespace" in said:
            resource["metadata"]["namespace"] = said["namespace"]
        for image in said.get("images", []):
            _set_image(resource, image)
    return made


def _patch(made, target, changes):
    for change in changes:
        wanted = target or {"kind": change["kind"], "name": change["metadata"]["name"]}
        (found,) = [
            each for each in made if (each["kind"], each["metadata"]["name"]) == (wanted["kind"], wanted["name"])
        ]
        if isinstance(change, dict):
            _merge(found, change)
        else:
            for order in change:
                _obey(found, order)


def _merge(found, change):
    """A strategic merge, without lists: none of our patches has one."""
    for name, value in change.items():
        assert not isinstance(value, list), f"this builder merges no lists: {name}"
        if isinstance(value, dict) and isinstance(found.get(name), dict):
            _merge(found[name], value)
        else:
            found[name] = value


def _obey(found, order):
    """One order of a JSON patch (RFC 6902): replace, or add at the end of a list."""
    *way, last = order["path"].strip("/").split("/")
    for step in way:
        found = found[int(step) if isinstance(found, list) else step]
    if order["op"] == "add" and last == "-":
        found.append(order["value"])
        return
    assert order["op"] == "replace"
    key = int(last) if isinstance(found, list) else last
    assert found[key] is not None, f"{order['path']} is not there"
    found[key] = order["value"]


def _set_image(part, image):
    if isinstance(part, dict):
        name, _, tag = str(part.get("image", "")).rpartition(":")
        if name == image["name"]:
            part["image"] = f"{image.get('newName', name)}:{image.get('newTag', tag)}"
        for each in part.values():
            _set_image(each, image)
    elif isinstance(part, list):
        for each in part:
            _set_image(each, image)
