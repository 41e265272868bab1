"""Video: what the codecs of moving pictures leave."""
