"""ONNX: a Program in standard operators, its float network, and a QONNX graph.

- ``exporter``  the exporter itself.
- ``plan``      how each sum of a Program fits into floats, with the proof; ``split`` cuts weights.
- ``exact``     a Program as nodes, with the same integers at every step.
- ``network``   the float network that a Program was made of, as nodes.
- ``qonnx``     a Program with QONNX's quantizers.
- ``forms``     what goes in and out around a network: luma or gray; ``rgb`` and its ``cubic``.
- ``operators`` and ``graph``, of which all these are put together.
- ``page``      the README and the script in the folder; ``check`` its check vector.

Nothing is imported here: the engine ``onnx`` needs the exact model and no more.
"""
