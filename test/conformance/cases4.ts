/** How each documented error of the 16 functions of Ver4.x comes about (chapter 3). */
import { ref } from '../../src/api/facade/call.js';
import type { Case } from './case.js';

export const cases4: readonly Case[] = [
  {
    api: 'server4',
    function: 'ArmTerminateApi',
    error: 'ARMERR_INVALID_HANDLE',
    because: /^77 is no handle/,
    async reproduce(scene) {
      const thread = await scene.thread(await scene.running(), 'A');
      return { thread, answer: await thread.armapi4.ArmTerminateApi(77) };
    },
  },
  {
    api: 'server4',
    function: 'ArmGetClusterName',
    error: 'ARMERR_NOT_INITIALIZED',
    because: /^ArmInitializeApi comes first$/,
    async reproduce(scene) {
      const { main } = scene.application(await scene.running(), 'A');
      return { thread: main, answer: await main.armapi4.ArmGetClusterName(new Uint8Array(16), ref(16)) };
    },
  },
];
