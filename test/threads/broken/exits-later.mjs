// The second server's thread is gone in the middle of a run.
import { me, serve } from './server.mjs';

await serve((step) => {
  if (me === 1 && step === 12) process.exit(3);
});
