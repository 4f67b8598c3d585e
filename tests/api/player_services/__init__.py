"""The words of the player services document, and its operations, held to its schema."""
