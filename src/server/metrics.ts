import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { LoginMetrics, type MeasuredLogin } from './login-metrics.ts';
import { PassDurations } from './pass-durations.ts';

/** One pass of a controller, as far as metrics care. */
export interface MeasuredPass {
  readonly seconds: number;
  /** Absent when the object was suspended or gone. */
  readonly outcome: { readonly type: string; readonly requeueAfterMs?: number | undefined } | undefined;
}

/** Everything that `/metrics` shows. Names are Flux's and controller-runtime's where they exist. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #duration = new PassDurations();
  readonly #logins = new LoginMetrics(this.#registry);
  readonly #total = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Total number of reconciliations per controller.',
    labelNames: ['controller', 'result'],
    registers: [this.#registry],
  });
  readonly #errors = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Total number of reconciliation errors per controller.',
    labelNames: ['controller'],
    registers: [this.#registry],
  });

  readonly #requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests to the API server, partitioned by status code and method.',
    labelNames: ['code', 'method'],
    registers: [this.#registry],
  });

  constructor(depths: () => Readonly<Record<string, number>>) {
    const depth = new Gauge({
      name: 'workqueue_depth',
      help: 'Current depth of workqueue.',
      labelNames: ['name'],
      registers: [this.#registry],
      collect() {
        for (const [kind, value] of Object.entries(depths())) this.set({ name: kind.toLowerCase() }, value);
      },
    });
    depth.reset();
    collectDefaultMetrics({ register: this.#registry });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus's text format, piece by piece. */
  async *pieces(): AsyncGenerator<string> {
    yield await this.#registry.metrics();
    yield* this.#duration.render();
  }

  ran(kind: string, key: string, { seconds, outcome }: MeasuredPass): void {
    this.#duration.note(kind, key, seconds);
    const controller = kind.toLowerCase();
    const failed = outcome?.type === 'failed';
    this.#total.inc({ controller, result: failed ? 'error' : resultOf(outcome) });
    if (failed) this.#errors.inc({ controller });
  }

  /** A request to the API server; status 0 when no answer came. */
  requested({ verb, status }: { readonly verb: string; readonly status: number }): void {
    this.#requests.inc({ code: status === 0 ? '<error>' : String(status), method: verb.toUpperCase() });
  }

  askedForLogin(event: MeasuredLogin): void {
    this.#logins.note(event);
  }

  deleted(kind: string, key: string): void {
    this.#duration.forget(kind, key);
    const [namespace = '', name = ''] = key.split('/');
    this.#logins.forget({ kind, namespace, name });
  }
}

function resultOf(outcome: MeasuredPass['outcome']): 'success' | 'requeue_after' {
  const requeued = outcome?.type === 'pending' || outcome?.requeueAfterMs !== undefined;
  return requeued ? 'requeue_after' : 'success';
}
