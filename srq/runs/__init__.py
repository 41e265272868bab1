"""Runs: long work that takes steps, writes down how it goes, and resumes where it stopped.

Nothing here knows a network or a data set: training, quantization-aware training and whatever
else learns bring those. ``record`` and ``curves`` keep the figures, ``state`` the tensors to go
on from, ``progress`` is what a person sees.
"""
