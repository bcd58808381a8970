import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
export const markersList = defineCommand({
  summary: 'x',
  flags: {},
  run: async (_d, _i, out) => {
    out.data('hi\n');
    return exitCodes.done;
  },
});
