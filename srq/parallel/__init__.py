"""Work spread over threads, processes and machines; the results are those of one thread.

- ``prefetch`` items made by another thread before they are asked for, a bounded number of them.
- ``workers``  a function of every item, in threads or in processes, with the results in order.
- ``ray``      a function of every item, by the machines of a Ray cluster.
- ``shards``   share i of n of a work, and the records that tell whether all n made all of it.
"""
