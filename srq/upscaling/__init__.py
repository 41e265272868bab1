"""Pictures made larger: a Program for the luma, bicubic for the colour, everything else carried.

``srq.load`` and ``srq.upscale`` are the doors. Behind them:

- ``engine``  a model's name or file -> a callable that makes luma larger, of any size.
- ``enlarge`` a Picture -> a larger Picture.
- ``batch``   many files, several at a time.
"""
