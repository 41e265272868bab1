"""Many picture files, each made into another: which becomes which, and several at a time.

- ``jobs``  a file or folder -> which picture goes where.
- ``run``   work on every job, told to a Watcher; a failure stops no other.
"""
