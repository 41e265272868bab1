"""The child process that touches a user's file: ``python -m srq.store.library.child FOLDER``.

FOLDER has the file ``came`` and ``task.json``; it gets ``result.json`` and the files that this
names. The tasks are "optimise", the search for the fewest bytes in each mode, and "picture", a
picture of the file in another format.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from srq.image.picture import Picture

PREVIEW_SIDE = 512
_QUALITY = 75


def main(folder: Path) -> None:
    """Do the task of a folder."""
    task = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    _follow_parent()
    _limit(task["limits"])
    from srq.errors import ImageError, MissingDependencyError

    try:
        result = {"optimise": _optimise, "picture": _picture}[task["task"]](task, folder)
    except (ImageError, MissingDependencyError) as error:
        result = {"error": str(error)}
    (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")


def _optimise(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    from dataclasses import asdict

    from srq.store.choose import choose_all
    from srq.store.modes import mode_named
    from srq.upscaling.fingerprints import Programs

    data, name = (folder / "came").read_bytes(), task["name"]
    seen = _seen(data, name, folder)
    choices = choose_all(data, name, [mode_named(mode) for mode in task["modes"]], Programs())
    chosen = []
    for number, (mode, choice) in enumerate(choices.items()):
        stored = choice.stored
        (folder / f"{number}.stored").write_bytes(stored.data)
        measured = None if stored.fidelity is None else asdict(stored.fidelity)
        chosen.append(
            {
                "mode": mode,
                "way": stored.name,
                "file": f"{number}.stored",
                "record": stored.form.to_json(),
                "quality": stored.form.quality,
                "bytes": stored.bytes,
                "fidelity": measured,
                "kept": choice.kept,
            }
        )
    return {**seen, "chosen": chosen}


def _seen(data: bytes, name: str, folder: Path) -> dict[str, Any]:
    """Size, time and preview of a picture; the preview is never more bytes than the file."""
    from srq.image.decode import decode_first
    from srq.image.encode import encode

    picture = decode_first(data, name)
    height, width = picture.size
    preview = encode(_smaller(picture), ".webp", quality=_QUALITY)
    if len(preview) < len(data):
        (folder / "preview").write_bytes(preview)
    return {
        "height": height,
        "width": width,
        "taken": _taken(picture.exif),
        "preview": len(preview) < len(data),
    }


def _smaller(picture: "Picture") -> "Picture":
    """The picture with 8 bits a channel and sides of ``PREVIEW_SIDE`` at most, without EXIF."""
    import numpy as np
    from PIL import Image

    from srq.image.depth import to_depth
    from srq.image.picture import Picture

    share = min(1.0, PREVIEW_SIDE / max(picture.size))
    height, width = (max(1, round(side * share)) for side in picture.size)

    def made(plane: Any) -> Any:
        shallow = Image.fromarray(to_depth(plane, np.uint8))
        return np.asarray(shallow.resize((width, height), Image.Resampling.LANCZOS))

    alpha = None if picture.alpha is None else made(picture.alpha)
    return Picture(made(picture.pixels), alpha, picture.icc)


def _taken(exif: bytes | None) -> int | None:
    """When a picture was taken, by its EXIF, in seconds as if its place had UTC."""
    from datetime import UTC, datetime

    from PIL import ExifTags, Image

    if exif is None:
        return None
    try:
        found = Image.Exif()
        found.load(exif)
        text = found.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)
        moment = datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S")
        return int(moment.replace(tzinfo=UTC).timestamp())
    except Exception:  # EXIF is as cameras write it; without a time there is none.
        return None


def _picture(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The picture of the file at ``scale`` times its size, as ``suffix``, with or without what
    tells of people: EXIF."""
    from srq.store.library.picture_file import picture_file

    data = (folder / "came").read_bytes()
    made = picture_file(data, task["name"], task["suffix"], task["scale"], task["stripped"])
    (folder / "made").write_bytes(made)
    return {"file": "made"}


def _limit(limits: dict[str, int]) -> None:
    if sys.platform != "win32":
        import resource

        memory, seconds = limits["memory"], limits["seconds"]
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(10)
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = limits["pixels"] // 2  # It refuses from twice that on.


def _follow_parent() -> None:
    """End when the parent does, which holds the other end of the standard input."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it too; the parent decides.
    main(Path(sys.argv[1]))
