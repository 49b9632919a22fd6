"""Who asks and what he may: sign-in, sessions, pairing, rights."""
