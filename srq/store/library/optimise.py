"""A job: the search for the fewest bytes of a picture, and its results stored.

The child measures each winner from its very bytes. They are on the disk, and the Programs that
restore them are kept, before the rows name them; the original stays until its grace is over.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from srq.errors import ImageError
from srq.files import staging, storage_error
from srq.store.form import Form
from srq.store.library.blobs import Blob
from srq.store.library.library import Library
from srq.store.library.limited import CAME, Limits, run_limited
from srq.store.library.pictures import FAILED, WAITING, source_of, take_candidate
from srq.store.library.references import hold, release
from srq.store.library.tables import Candidate, Picture, new_id, now
from srq.store.modes import FLOORS
from srq.store.restore import restore_file

MODES = ("exact", *FLOORS)
"""The modes that are tried for the slider."""

Ending = Callable[[Session], bool]
"""Ends a job in the transaction of its results; False where they are not wanted."""


def optimise(
    library: Library,
    picture_id: str,
    ending: Ending,
    beat: Callable[[], bool] = lambda: True,
    mode: str | None = None,
) -> None:
    """Search for the fewest bytes of a picture that hold its mode, or another ``mode``, which is
    its own once the search has ended well; and decide.

    A file that is no sound picture is noted as failed, and kept. Raises KilledError where the
    child died, UnwantedError where ``beat`` says so, StorageError where something refuses.
    """
    with library.database.reading() as session:
        picture = session.get(Picture, picture_id)
    source = None if picture is None else source_of(picture)
    if picture is None or source is None:
        with library.database.writing() as session:
            ending(session)
        return
    came = _file_that_came(library, picture)
    modes = [mode or picture.mode]
    if picture.compare:
        modes += [one for one in MODES if one != modes[0]]
    with staging(library.folder / "work") as folder:
        try:
            (folder / CAME).write_bytes(came)
            task = {"task": "optimise", "name": picture.name, "modes": modes}
            found = run_limited(task, folder, limits_of(library), beat)
        except OSError as error:
            raise storage_error("write", folder, error) from error
        except ImageError as error:
            fail(library, picture_id, str(error), ending)
            return
        _store(library, picture, came, found, folder, ending)


def limits_of(library: Library) -> Limits:
    """What work on a picture of the library may take."""
    settings = library.settings
    return Limits(settings.memory, settings.seconds, settings.pixels)


def fail(library: Library, picture_id: str, why: str, ending: Ending) -> None:
    """Note that nothing could be made of a picture; it stays as it is, and one that was never
    stored is kept as it came."""
    with library.database.writing() as session:
        if not ending(session):
            return
        picture = session.get(Picture, picture_id, with_for_update=True)
        if picture is not None:
            picture.failure = why
            if picture.state == WAITING:
                picture.state = FAILED


def _file_that_came(library: Library, picture: Picture) -> bytes:
    if picture.original is not None:
        return library.blobs.get(picture.original)
    assert picture.stored is not None
    form = Form.from_json(picture.record or "", picture.name)
    return restore_file(library.blobs.get(picture.stored), form)


def _store(
    library: Library,
    seen: Picture,
    came: bytes,
    found: dict[str, Any],
    folder: Path,
    ending: Ending,
) -> None:
    """Put what the child made, and name it in one transaction."""
    original = library.blobs.put(came)
    chosen = found["chosen"]
    blobs = [library.blobs.put((folder / one["file"]).read_bytes()) for one in chosen]
    preview = library.blobs.put((folder / "preview").read_bytes()) if found["preview"] else None
    for one in chosen:
        program = Form.from_json(one["record"]).program
        if program is not None:
            library.keep_program(program)
    with library.database.writing() as session:
        if not ending(session):
            return
        picture = session.get(Picture, seen.id, with_for_update=True)
        if picture is None or picture.mode != seen.mode or source_of(picture) is None:
            return
        if picture.original is None:  # Its grace begins anew.
            picture.original = hold(session, library.blobs, original)
        old = picture.preview
        picture.preview = None if preview is None else hold(session, library.blobs, preview)
        release(session, old)
        picture.width, picture.height = found["width"], found["height"]
        picture.taken = found["taken"]
        picture.kept = chosen[0]["kept"]
        rows = _candidates(session, library, picture, chosen, blobs)
        take_candidate(session, picture, rows[0], now() + library.settings.grace)


def _candidates(
    session: Session,
    library: Library,
    picture: Picture,
    chosen: list[dict[str, Any]],
    blobs: list[Blob],
) -> list[Candidate]:
    """New candidates in the place of the old ones."""
    old = session.scalars(select(Candidate.blob).where(Candidate.picture_id == picture.id)).all()
    session.execute(delete(Candidate).where(Candidate.picture_id == picture.id))
    rows = []
    for one, blob in zip(chosen, blobs, strict=True):
        measured = one["fidelity"] or {}
        rows.append(
            Candidate(
                id=new_id(),
                picture_id=picture.id,
                mode=one["mode"],
                way=one["way"],
                quality=one["quality"],
                bytes=one["bytes"],
                record=one["record"],
                blob=hold(session, library.blobs, blob),
                **measured,
            )
        )
    session.add_all(rows)
    session.flush()
    release(session, *old)
    return rows
