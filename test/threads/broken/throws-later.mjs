// The second server's engine fails in the middle of a run.
import { me, serve } from './server.mjs';

await serve((step) => {
  if (me === 1 && step === 12) throw new TypeError('the engine fell over');
});
