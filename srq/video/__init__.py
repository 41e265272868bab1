"""Videos made larger: decoded, upscaled and encoded at once, in segments that can be resumed.

Whatever the way, in one run, resumed, or in shards on many machines, the result is the same
file: every segment is encoded by itself. ``run.upscale_video`` is the door. Behind it, in the
order of the work:

- ``probe``       a file, read once from end to end -> ``source``: what is known of it, its frames.
- ``deinterlace`` a source of fields -> a source of frames.
- ``task``        all that is settled before the first frame: source, encoding, segments.
- ``transcode``   frames -> parts: decode, enlarge, encode, each in threads of its own.
- ``join``        parts, and the other streams of the source -> the result.
- ``streams``     the other streams of the source -> what becomes of them; ``sound``: AAC of them.
- ``metadata``      what a file says of itself -> what the result does.

What these use:

- ``layout``   what the planes of a frame are: bits, subsampling, where chroma lies.
- ``frame``    PyAV's frames <-> planes.
- ``light``    what HDR10 states of a video.
- ``enlarge``  the planes of a frame -> those of a larger one.
- ``codecs``   H.264, HEVC, AV1 and FFV1, and what each can hold.
- ``parts``    the plan of the segments, and a file for each: a part.

Raw video on standard input goes through ``pipe``, in the format ``y4m``; these need no PyAV.
"""
