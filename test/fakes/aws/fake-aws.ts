import { randomUUID } from 'node:crypto';

export interface AwsKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface FakeAwsOptions {
  /** Who may ask for logins. */
  readonly keys?: readonly AwsKey[];
  /** Roles that may be assumed with a token of the cluster, by ARN: true for the tokens that are taken. */
  readonly roles?: Readonly<Record<string, (token: string) => boolean>>;
  readonly now?: () => number;
  /** How long a login of a registry is good for; 12 hours as ECR has it. */
  readonly lifetimeMs?: number;
  /** Stands at the start of every password and secret key that is handed out, so that it can be searched for. */
  readonly mark?: string;
}

/** One call that was answered, or refused. */
export interface AwsCallRecord {
  /** `ecr:GetAuthorizationToken`. */
  readonly action: string;
  readonly region: string;
  readonly host: string;
  /** The key that has signed it; undefined for a call that is not signed. */
  readonly accessKeyId: string | undefined;
  readonly form: Readonly<Record<string, string>>;
}

/** Answers the next calls in place of the ordinary answer. */
export interface AwsFault {
  /** `ecr:GetAuthorizationToken`; every call if absent. */
  readonly action?: string;
  /** So many times; for ever if absent. */
  times?: number;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The parts of AWS that hand out logins, in memory: ECR, ECR Public, STS. `handler` answers its requests, `startAws` puts it on a port. */
export class FakeAws {
  readonly options: FakeAwsOptions;
  readonly calls: AwsCallRecord[] = [];
  readonly faults: AwsFault[] = [];
  readonly #keys = new Map<string, AwsKey>();
  readonly #logins = new Map<string, { readonly accessKeyId: string; readonly expires: number }>();

  constructor(options: FakeAwsOptions = {}) {
    this.options = options;
    for (const key of options.keys ?? []) this.#keys.set(key.accessKeyId, key);
  }

  get now(): number {
    return (this.options.now ?? Date.now)();
  }

  /** How many logins were handed out by an action. */
  count(action: string): number {
    return this.calls.filter((call) => call.action === action).length;
  }

  key(accessKeyId: string): AwsKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  /** Makes a key for a session of a role. */
  assume(): AwsKey {
    const mark = this.options.mark ?? '';
    const key = {
      accessKeyId: `ASIA${randomUUID().replaceAll('-', '').slice(0, 16).toUpperCase()}`,
      secretAccessKey: `${mark}${randomUUID()}`,
      sessionToken: `${mark}${randomUUID()}`,
    };
    this.#keys.set(key.accessKeyId, key);
    return key;
  }

  /** A login of a registry, `user:password` in base64. */
  issue(accessKeyId: string): { readonly token: string; readonly expires: number } {
    const expires = this.now + (this.options.lifetimeMs ?? 12 * 3_600_000);
    const token = Buffer.from(`AWS:${this.options.mark ?? ''}${randomUUID()}`).toString('base64');
    this.#logins.set(token, { accessKeyId, expires });
    return { token, expires };
  }

  /** Whose login an `Authorization` header shows; undefined when it is none that was handed out, or has ended. */
  ownerOf(authorization: string | undefined): string | undefined {
    const login = this.#logins.get((authorization ?? '').replace(/^Basic /, ''));
    return login === undefined || login.expires <= this.now ? undefined : login.accessKeyId;
  }

  /** Makes every login handed out so far worthless. */
  revokeLogins(): void {
    this.#logins.clear();
  }

  /** Makes calls go wrong: until it is taken back, or has happened `times` times. */
  fault(fault: AwsFault): () => void {
    const own = { ...fault };
    this.faults.push(own);
    return () => {
      if (this.faults.includes(own)) this.faults.splice(this.faults.indexOf(own), 1);
    };
  }

  takeFault(action: string): AwsFault | undefined {
    const fault = this.faults.find((one) => one.action === undefined || one.action === action);
    if (fault?.times !== undefined) {
      fault.times -= 1;
      if (fault.times <= 0) this.faults.splice(this.faults.indexOf(fault), 1);
    }
    return fault;
  }
}
