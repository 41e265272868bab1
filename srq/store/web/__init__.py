"""The image store's server: pages, uploads, downloads and an API over ``srq.store.library``.

- ``app``        puts all of it together; ``serve`` runs it, with its workers as child processes.
- ``settings``   what the one who runs it chooses.
- ``security``   who asks, and what may be asked: accounts, sessions, keys, limits, headers.
- ``pages``      templates and what all pages have.
- ``uploads``    resumable uploads (tus 1.0).
- ``gallery``, ``picture``, ``albums``, ``shares``, ``account``, ``dashboard``: a page or two each.
- ``files``      the bytes of pictures, and headers that keep browsers from running them.
- ``direct``     those of who has signed in, found in one transaction.
- ``enlarging``  pictures that browsers restore themselves, by WebAssembly.
- ``archive``    many pictures as one ZIP.
- ``api``        the same for programs, described by OpenAPI.
- ``metrics``, ``logs``: what it tells the one who runs it.
"""
