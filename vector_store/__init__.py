"""What is known: articles in, passages out."""
