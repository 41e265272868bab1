"""The image store: keep fewer bytes, know what was lost, restore on the way out.

- ``modes``    what must be held: every byte, a floor of fidelity, or a number of bytes.
- ``screen``   which pictures may be coded anew, and why others are kept as they came.
- ``codecs``   pixels -> the bytes of a file and back.
- ``form``     the stored form: a plain file, and a record of how it becomes a picture again.
- ``restore``  the stored form -> the picture that a user downloads.
- ``sample``   tiles of a large picture, which are searched in its place.
- ``choose``   the search for the fewest bytes that hold the mode, measured on what is downloaded.
- ``plan``     a folder, tried out; ``report`` shows it as a page.
- ``library``  pictures of accounts, kept: a database, blobs and the jobs that store them.
- ``web``      the library as a server.
"""
