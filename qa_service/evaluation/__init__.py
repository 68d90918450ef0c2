"""How good the answers are: questions whose answers are known, asked of this service or of another."""
