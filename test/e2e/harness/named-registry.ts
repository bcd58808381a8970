import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FakeAws } from '../../fakes/aws/fake-aws.ts';
import { registryGate } from '../../fakes/aws/registry-gate.ts';
import { startAws } from '../../fakes/aws/start-aws.ts';
import { startDockerRegistry } from './docker-registry.ts';
import { forwardTo, isLoginRequest, motoFront } from './ecr-front.ts';
import type { RegistryWriter } from './registry-writer.ts';
import type { Lifetime, Workspace } from './workspace.ts';

const region = 'us-east-1';
export const registryHost = `123456789012.dkr.ecr.${region}.amazonaws.com`;
const apiHost = `api.ecr.${region}.amazonaws.com`;
const stsHost = `sts.${region}.amazonaws.com`;
export const registryNames = [registryHost, apiHost, stsHost];
export const roleArn = 'arn:aws:iam::123456789012:role/tidemark-read';

/** A real registry that goes by the name of one in ECR, and takes only the logins that ECR's API has handed out. */
export interface NamedRegistry extends RegistryWriter {
  readonly aws: FakeAws;
  /** Tokens of a cluster that were shown for the role. */
  readonly clusterTokens: readonly string[];
  /** How many logins were handed out. */
  logins(): number;
  /** Whatever login is shown, it has ended. */
  takesNobody: boolean;
  /** Where its names lead. */
  readonly places: Readonly<Record<string, string>>;
  /** The same, for who takes a role before. */
  readonly rolePlaces: Readonly<Record<string, string>>;
  /** Of the machine whose identity is used. */
  readonly environment: Readonly<Record<string, string>>;
  /** What must be found nowhere. */
  secrets(): readonly string[];
  log(): string;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const key = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'CANARY-aws-secret-key' };
/** Stands in every password of ECR, and in every secret key of a role. */
const mark = 'CANARY-ecr-';

/** With the place of a moto, that answers for ECR and STS. */
export async function startNamedRegistry(
  t: Lifetime,
  workspace: Workspace,
  { certificate, moto }: { readonly certificate: Certificate; readonly moto?: string | undefined },
): Promise<NamedRegistry> {
  const registry = await startDockerRegistry(t, workspace);
  const clusterTokens: string[] = [];
  const takes = (token: string): boolean => clusterTokens.push(token) > 0;
  const { aws, host, close } = await startAws({ keys: [key], mark, roles: { [roleArn]: takes } });
  t.after(close);
  const front = moto === undefined ? forwardTo(host) : motoFront(moto, aws, key.accessKeyId);
  let logins = 0;
  const api = await listen(t, certificate, (request, response) => {
    if (isLoginRequest(request)) logins += 1;
    front(request, response);
  });
  const gate = registryGate(aws, forwardTo(registry.host, ['authorization']));
  const door = await listen(t, certificate, (request, response) => {
    if (named.takesNobody) aws.revokeLogins();
    gate.listener(request, response);
  });
  const named: NamedRegistry = {
    ...registry,
    aws,
    clusterTokens,
    logins: () => logins,
    takesNobody: false,
    places: { [`${registryHost}:443`]: door, [`${apiHost}:443`]: api },
    rolePlaces: { [`${stsHost}:443`]: api },
    environment: {
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    secrets: () => [
      key.secretAccessKey,
      mark,
      ...clusterTokens.flatMap((token) => token.split('.').slice(-1)),
    ],
  };
  return named;
}

async function listen(
  t: Pick<Lifetime, 'after'>,
  certificate: Certificate,
  listener: RequestListener,
): Promise<string> {
  const server = createServer(certificate, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
