"""What is asked: questions in, short dated answers with checked citations out."""
