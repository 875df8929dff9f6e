"""The parts of ``verify`` beside chain and rows: people, the shape of the database, what is searched, witnesses."""
