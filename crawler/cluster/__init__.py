"""More than one machine: crawls, imports and rebuilds on a Dask cluster, with the files in a shared store."""
