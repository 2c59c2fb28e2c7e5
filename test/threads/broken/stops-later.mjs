// The second server stands still in the middle of a run, and for ever.
import { me, serve, sleep } from './server.mjs';

await serve((step) => {
  if (me === 1 && step === 12) sleep(Infinity);
});
