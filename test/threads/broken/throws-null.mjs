// Throws what is no error.

throw null;
