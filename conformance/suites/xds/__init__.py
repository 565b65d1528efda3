"""XDS.b: feed, register, provide, query, retrieve."""
