"""Sharded HDF5 corpora: schema, writer, reader, verification."""
