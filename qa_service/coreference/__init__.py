"""What the words of a question lean on: the phrases of a text, and what a later one takes from an earlier."""
