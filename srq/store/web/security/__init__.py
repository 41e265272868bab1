"""Who asks, and what may be asked.

- ``headers``    what every answer tells browsers to refuse.
- ``hosts``      by what name the server may be asked, and from which pages.
- ``bodies``     how long a request's body may be, and how slow.
- ``passwords``  argon2id, at most two at a time.
- ``tries``      how often a thing may be tried, counted in the database.
- ``sessions``   cookies; ``keys`` those of programs; ``visitor`` who is behind either.
- ``forms``      the token that every form of a signed-in browser carries.
"""
