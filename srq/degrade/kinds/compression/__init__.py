"""Compression: what the codecs of still pictures leave."""
