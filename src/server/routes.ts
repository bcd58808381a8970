import { Hono } from 'hono';

export interface ServerFacts {
  readonly metrics: { pieces(): AsyncIterable<string>; readonly contentType: string };
  /** Every kind has been listed, so that work can begin. */
  readonly ready: () => boolean;
}

/** What `--listen` serves: liveness, readiness and metrics. */
export function routes({ metrics, ready }: ServerFacts): Hono {
  const app = new Hono();
  app.get('/healthz', (context) => context.text('ok\n'));
  app.get('/readyz', (context) => (ready() ? context.text('ok\n') : context.text('starting\n', 503)));
  app.get('/metrics', (context) =>
    context.body(ReadableStream.from(encoded(metrics.pieces())), 200, {
      'Content-Type': metrics.contentType,
    }),
  );
  app.notFound((context) => context.text('not found; try /healthz, /readyz or /metrics\n', 404));
  return app;
}

async function* encoded(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield encoder.encode(piece);
}
