import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { parse } from 'yaml';
import * as z from 'zod';

const usersOf = z.looseObject({
  users: z
    .array(
      z.looseObject({
        name: z.string(),
        user: z.looseObject({ tokenFile: z.string().optional() }).nullish(),
      }),
    )
    .nullish(),
});

/** Which users of a kubeconfig have their token in a file, and where: the library that reads the rest does not know of that. */
export function tokenFilesIn(kubeconfig: string): ReadonlyMap<string, string> {
  const parsed = usersOf.safeParse(parse(readFileSync(kubeconfig, 'utf8')));
  const files = new Map<string, string>();
  for (const { name, user } of parsed.data?.users ?? [])
    if (user?.tokenFile) files.set(name, resolve(dirname(kubeconfig), user.tokenFile));
  return files;
}
