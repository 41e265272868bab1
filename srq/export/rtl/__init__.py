"""A Program as SystemVerilog: a stream of pixels through one pipeline for each layer."""
