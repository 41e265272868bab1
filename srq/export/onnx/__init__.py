"""ONNX: a Program in standard operators, its float network, and a QONNX graph.

- ``plan``     how each sum of a Program fits into floats, with the proof.
- ``exact``    a Program as nodes, from codes to codes.
- ``network``  the float network that a Program was made of, as nodes.
- ``forms``    what goes in and out around either: luma, gray or RGB.
- ``qonnx``    a Program with QONNX's quantizers.
- ``graph``    nodes and constants put together to a model.
- ``exporter`` the exporter itself.
"""
