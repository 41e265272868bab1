"""From many pictures of any quality to the best of them, cut to tiles and ready to train on.

- ``recipe``   what a curation recipe says: stages in order, read from TOML.
- ``scorers``  numbers that say how good a picture is, one file each.
- ``sources``  which pictures a folder holds, and why others are rejected.
- ``views``    parts of pictures: resized, cropped, made only when they are looked at.
- ``run``      carries a recipe out, and goes on where an earlier run stopped.
- ``report``   what was kept, what was cut and why, as a page.
"""
