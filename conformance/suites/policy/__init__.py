"""What the region's agreement makes of questions: roles, kinds of documents, consent, emergencies."""
