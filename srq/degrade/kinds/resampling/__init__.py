"""Resampling: pictures made smaller and larger."""
