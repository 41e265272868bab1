"""Processes that are killed in the midst of what they do to a library."""

import os
import random
import sys
from pathlib import Path

from srq.store.library import child, jobs, optimise
from srq.store.library.accounts import account_named
from srq.store.library.gc import collect
from srq.store.library.library import Library, Place, open_library
from srq.store.library.pictures import delete, take_in, trash
from srq.store.library.restored import download, wish
from srq.store.library.settings import Settings
from srq.store.library.tables import Picture
from srq.store.library.worker import Worker

OVER = Settings(grace=0, trash=0, unused=-1, cache=2000)
"""Everything that is over is over at once."""


def opened(folder: Path) -> Library:
    return open_library(Place(folder), OVER)


def search_here() -> None:
    """Search in this process, which is quicker than in a child."""

    def run(task, folder, limits, beat=None):
        return child._optimise(task, folder)

    optimise.run_limited = run


def take(library: Library, said: int, jpeg: bytes, seed: int) -> None:
    """Take pictures in, and say the id of each that was accepted."""
    with library.database.writing() as session:
        account_id = account_named(session, "ann", make=True).id
    for number in range(10_000):
        data = jpeg + f"{seed} {number}".encode()
        taken = take_in(library, account_id, data, f"{number}.jpg", mode="exact", compare=False)
        os.write(said, f"+{taken.picture_id} {len(data)}\n".encode())


def work(library: Library, said: int, jpeg: bytes, seed: int) -> None:
    """Do jobs."""
    jobs.LEASE = 1
    while True:
        Worker(library).run(drain=True)


def remove(library: Library, said: int, jpeg: bytes, seed: int) -> None:
    """Trash and delete about half of the pictures, and say the id of each before."""
    random.seed(seed)
    while True:
        with library.database.reading() as session:
            ids = [one.id for one in session.query(Picture).limit(20)]
            account_id = account_named(session, "ann").id
        ids = [one for one in ids if ord(one[0]) % 2]
        for one in random.sample(ids, min(2, len(ids))):
            os.write(said, f"-{one}\n".encode())
            with library.database.writing() as session:
                (trash if random.random() < 0.5 else delete)(session, account_id, [one])


def collect_all(library: Library, said: int, jpeg: bytes, seed: int) -> None:
    """Collect what is over, and fill the cache that is to be emptied."""
    while True:
        collect(library)
        with library.database.reading() as session:
            some = session.query(Picture).limit(3).all()
        for one in some:
            try:
                download(library, wish(library, one.id))
            except Exception:  # It may be deleted meanwhile.
                continue


ROLES = {"take": take, "work": work, "remove": remove, "collect": collect_all}


def main() -> None:
    """Be one of them, until killed: ROLE FOLDER JPEG SEED."""
    role, folder, jpeg, seed = sys.argv[1:]
    search_here()
    said = sys.stdout.fileno()
    ROLES[role](opened(Path(folder)), said, Path(jpeg).read_bytes(), int(seed))


if __name__ == "__main__":
    main()
