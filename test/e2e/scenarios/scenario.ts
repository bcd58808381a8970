import { readFileSync } from 'node:fs';
import { z } from 'zod';

const files = z.record(z.string(), z.string());
const event = z.tuple([z.string(), z.string(), z.string()]);
const status = z.record(z.string(), z.unknown());

/** One thing done to the world, by its first word. */
const action = z.union([
  z.tuple([z.enum(['push', 'untag']), z.string(), z.string()]),
  z.tuple([z.literal('request'), z.string(), z.string()]),
  z.tuple([z.literal('patch'), z.string(), z.string(), z.record(z.string(), z.unknown())]),
  z.tuple([z.literal('apply'), z.string()]),
  z.tuple([z.literal('delete'), z.string(), z.string()]),
  z.tuple([z.literal('commit'), z.string(), z.string(), z.string(), z.string()]),
]);

const observation = z.strictObject({
  snaps: z.array(z.record(z.string(), status)),
  events: z.record(
    z.string(),
    z.strictObject({ events: z.array(event), sometimes: z.array(event).default([]) }),
  ),
  git: z.record(z.string(), z.strictObject({ commits: z.array(z.string()), files })),
});

const scenario = z.strictObject({
  name: z.string(),
  namespaces: z.array(z.string()).default([]),
  tags: z.record(z.string(), z.array(z.string())).default({}),
  objects: z.string(),
  git: z.record(z.string(), z.strictObject({ branch: z.string(), files })).default({}),
  steps: z.array(z.array(action)).default([]),
  observed: observation,
});

export type Action = z.infer<typeof action>;
export type ObservedEvent = z.infer<typeof event>;
export type Status = z.infer<typeof status>;
/** What a run left behind: statuses by `Kind/name[.namespace]` after each step, events over the whole run, refs at the end by `repository[(auth)]:ref`. */
export type Observation = z.infer<typeof observation>;
export type Scenario = z.infer<typeof scenario>;

const file = new URL('../../golden/scenarios.json', import.meta.url);

export function readScenarios(): readonly Scenario[] {
  return z.object({ scenarios: z.array(scenario) }).parse(JSON.parse(readFileSync(file, 'utf8'))).scenarios;
}
