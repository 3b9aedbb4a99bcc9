"""A small shop, a stand-in for Segment and a visitor: the whole of sigproxy with no account and no network."""
