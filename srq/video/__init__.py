"""Videos made larger: decoded, upscaled and encoded at once, in segments that can be resumed.

Whatever the way, in one run, resumed, or in shards on many machines, the result is the same
file: every segment is encoded by itself. Behind the door ``srq.video.run.upscale_video``:

- ``layout``   what the planes of a frame are: bits, subsampling, where chroma lies.
- ``enlarge``  the planes of a frame -> those of a larger one.
- ``probe``    a file read once -> ``source``, what is known of it, with its frames.
- ``frame``    PyAV's frames <-> planes.
- ``codecs``   H.264, HEVC, AV1 and FFV1, and what each can hold.
- ``task``     all that is settled before the first frame.
- ``parts``    the segments: their plan, and a file for each.
- ``transcode`` frames -> parts.
- ``join``     parts, and what else the source carries -> the result.
- ``y4m``, ``pipe``  raw video on standard input and output; these need no PyAV.
"""
