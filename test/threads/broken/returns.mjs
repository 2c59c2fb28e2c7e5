// Ends by itself at once.
export {};
