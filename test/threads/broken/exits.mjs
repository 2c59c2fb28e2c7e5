// Ends by itself, with a status.
process.exit(3);
