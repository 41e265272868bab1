"""A library of pictures: they are taken in, stored in the fewest bytes, and restored.

What keeps them:

- ``tables``      what a library knows; ``database`` its transactions, ``migrations`` its changes.
- ``blobs``       files by their SHA-256, in a folder; ``bucket`` keeps them in S3.
- ``references``  how often each blob is named, and which are not any more.
- ``library``     all of these, opened; ``settings`` says how long it keeps what.

What is done with them:

- ``accounts``    whose they are, and how many bytes they may take.
- ``pictures``    taken in, decided, let go, trashed, deleted; ``listing`` finds them.
- ``jobs``        work that waits, and who has it.
- ``limited``     work in a child process of little memory and time; ``child`` is inside it.
- ``optimise``    a job: the search for the fewest bytes, and its results stored.
- ``worker``      does jobs, and the upkeep of ``gc``.
- ``restored``    what users download, made once and cached.
- ``saved``       sums for the dashboard.
- ``transfer``    folders in and out.
- ``reoptimise``  the search again, for a whole library.
- ``fsck``        whether all is there that should be, and nothing else.

Order makes it safe: a blob is on the disk before a row names it; a row says that a picture was
measured before its original may go; no row names a blob any more before it is deleted.
"""
