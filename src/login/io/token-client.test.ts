import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forever, hastyClock } from '../../../test/builders/registry-client.ts';
import type { HttpAnswer, HttpRequest } from '../../http/http-client.ts';
import { HttpFailure } from '../../http/http-failure.ts';
import { TokenClient } from './token-client.ts';

type Step = HttpFailure | Partial<HttpAnswer>;

const url = new URL('https://token.example.com/token?CANARY-query');
const request = { from: 'the cloud', method: 'POST', url, form: { secret: 'CANARY-form' } } as const;

/** A client whose requests end as `steps` say, one after the other. */
function stage(steps: readonly Step[]) {
  const sent: HttpRequest[] = [];
  const clock = hastyClock();
  const send = async (one: HttpRequest): Promise<HttpAnswer> => {
    const step = steps[sent.push(one) - 1] ?? assert.fail('one request more than there are steps');
    if (step instanceof HttpFailure) throw step;
    return { status: 200, headers: {}, body: Buffer.from('{}'), ...step };
  };
  const tokens = new TokenClient({
    http: { send },
    own: { send },
    clock,
    random: () => 0,
    trustsObjects: true,
  });
  return { sent, clock, tokens };
}

test('a connection that breaks is tried three times, and one that is refused once', async () => {
  const broken = new HttpFailure('broken', 'connection reset');
  const lucky = stage([broken, broken, {}]);
  assert.equal((await lucky.tokens.send(request, {}, forever())).status, 200);
  assert.deepEqual(lucky.clock.naps, [1000, 3000]);
  const unlucky = stage([broken, broken, broken]);
  await assert.rejects(unlucky.tokens.send(request, {}, forever()), {
    code: 'LoginFailed',
    message: 'the cloud (token.example.com) cannot be reached: connection reset',
  });
  const refused = stage([new HttpFailure('unreachable', 'connection refused')]);
  await assert.rejects(refused.tokens.send(request, {}, forever()), /connection refused$/);
});

test('a service that is busy is asked three times, and nothing of what was sent is in the error', async () => {
  const busy = { status: 503, body: Buffer.from('CANARY-form') };
  const { tokens, clock } = stage([busy, busy, busy]);
  await assert.rejects(tokens.send(request, {}, forever()), {
    code: 'LoginFailed',
    message: 'the cloud is busy or broken (503)',
    retryAfterMs: undefined,
  });
  assert.deepEqual(clock.naps, [1000, 3000]);
});

test('a redirect is an answer: what was sent goes nowhere else', async () => {
  const { tokens, sent } = stage([{ status: 307, headers: { location: 'https://evil.example.com/' } }]);
  assert.equal((await tokens.send(request, {}, forever())).status, 307);
  assert.deepEqual(
    sent.map((one) => one.url.host),
    ['token.example.com'],
  );
});

test('nobody at a metadata service is an answer at once', async () => {
  const { tokens, clock } = stage([new HttpFailure('timeout', 'no connection within the time limit')]);
  assert.deepEqual(await tokens.sendOwn(request, forever()), {
    reason: 'no connection within the time limit',
  });
  assert.deepEqual(clock.naps, []);
});

test('the Date of an answer says how far this clock is off', async () => {
  const { tokens, clock } = stage([
    { headers: { date: new Date(Date.now() - 3_600_000).toUTCString() } },
    {},
  ]);
  const { clockAheadMs, serverNow } = await tokens.send(request, {}, forever());
  assert.ok(Math.abs(clockAheadMs - 3_600_000) < 5000, String(clockAheadMs));
  assert.ok(Math.abs(clock.now().getTime() - serverNow.getTime() - 3_600_000) < 5000);
  assert.equal((await tokens.send(request, {}, forever())).clockAheadMs, 0);
});
