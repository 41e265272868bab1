"""LR pictures for a folder of HR pictures, of any size, by one process or by many machines.

A run is cut into parts of neighbouring sources. A part is made, and committed, as a whole: its
files and its log get their names, and then its mark says so. All else follows from the marks.

- ``plan``      the sources of a run, the names of what is made of them, the parts.
- ``settings``  what decides the bytes of a run, frozen in its folder; the codecs' versions.
- ``work``      one source, read and degraded: its files, its lines in the log, or why not.
- ``layout``    where the files of a source go: a folder, or a tar for each part.
- ``part``      a part committed, and its mark.
- ``run``       all parts, or a share of them, by processes or by Ray.
- ``finish``    the manifest and the hashes of a run whose parts are all there.
"""
