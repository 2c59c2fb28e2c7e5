// Never comes to an end of its first turn.
for (;;);
