"""Pictures made of a Program, the same on each machine: for vectors, verification, benches."""
