import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Workspace } from '../../harness/workspace.ts';

/** A request as the API server has seen it. */
export interface AuditedRequest {
  /** `patch image.toolkit.fluxcd.io/imagepolicies/status`, or `get /version` for what is no resource. */
  readonly asked: string;
  readonly namespace: string;
  readonly name: string;
  readonly status: number;
  readonly isAllowed: boolean;
}

export interface AuditLog {
  /** For the API server. */
  readonly arguments: readonly string[];
  requests(): readonly AuditedRequest[];
}

const entry = z.object({
  verb: z.string(),
  requestURI: z.string(),
  objectRef: z
    .object({
      apiGroup: z.string().default(''),
      resource: z.string().default(''),
      subresource: z.string().optional(),
      namespace: z.string().default(''),
      name: z.string().default(''),
    })
    .optional(),
  responseStatus: z.object({ code: z.number().default(0) }).optional(),
  annotations: z.record(z.string(), z.string()).default({}),
});

/** Has the API server write down every request of one user: the whole truth about what a program asks for. */
export function auditLog(workspace: Workspace, user: string): AuditLog {
  const policy = workspace.write(
    'audit-policy.yaml',
    JSON.stringify({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      rules: [{ level: 'Metadata', users: [user] }, { level: 'None' }],
    }),
  );
  const log = workspace.path('audit.log');
  return {
    arguments: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    requests: () => {
      const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
      // The last one may be half written.
      return lines.slice(0, -1).map((line) => toRequest(entry.parse(JSON.parse(line))));
    },
  };
}

function toRequest({
  verb,
  requestURI,
  objectRef,
  responseStatus,
  annotations,
}: z.infer<typeof entry>): AuditedRequest {
  const { apiGroup = '', resource = '', subresource, namespace = '', name = '' } = objectRef ?? {};
  const what = objectRef === undefined ? requestURI : permissionOn({ apiGroup, resource, subresource });
  return {
    asked: `${verb} ${what}`,
    namespace,
    name,
    status: responseStatus?.code ?? 0,
    isAllowed: annotations['authorization.k8s.io/decision'] === 'allow',
  };
}

/** A resource as it is written here, in audit logs and in rules alike. */
export function permissionOn(of: {
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource?: string | undefined;
}): string {
  const resource = of.subresource === undefined ? of.resource : `${of.resource}/${of.subresource}`;
  return of.apiGroup === '' ? resource : `${of.apiGroup}/${resource}`;
}
