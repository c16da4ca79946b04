"""Where and what: one short file a portal, on a few platforms. Reads pages; knows no disk, network or SQL."""
