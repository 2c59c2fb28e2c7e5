// Each server takes now and then some time over a step, at random.
import { serve, sleep } from './server.mjs';

await serve(() => {
  if (Math.random() < 0.2) sleep(Math.random() * 4);
});
