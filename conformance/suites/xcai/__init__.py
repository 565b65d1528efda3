"""Images between communities: RAD-75, and RAD-69 at an initiating imaging gateway (XCA-I)."""
