"""One module per file format: bytes → Articles, libraries do the reading. `known` lists them all."""
