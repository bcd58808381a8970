import type { Log } from '../../model/log.ts';
import { formatKey } from '../../model/object-key.ts';
import type { EventLog, EventRecord } from '../../store/store.ts';

/** An event log that also says each event in the log, so that a run can be followed. */
export function loggedEvents(events: EventLog, log: Log, heard?: (event: EventRecord) => void): EventLog {
  return {
    list: (options) => events.list(options),
    watch: (options) => events.watch(options),
    record: async (event) => {
      say(event, log);
      heard?.(event);
      await events.record(event);
    },
  };
}

function say({ kind, object, type, reason, message }: EventRecord, log: Log): void {
  const fields = { kind, name: formatKey(object.metadata), reason };
  const [first = '', ...more] = message.trimEnd().split('\n');
  const text = more.length === 0 ? first : `${first} [...]`;
  if (type === 'Warning') log.error(text, fields);
  else if (type === 'Normal') log.info(text, fields);
  else log.debug(text, fields);
}
