// Throws before it does anything.
throw new Error('no engine,\n  and no line feed either');
