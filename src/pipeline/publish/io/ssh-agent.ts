import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { answerAgentRequest } from '../../../ssh/answer-agent-request.ts';
import type { SshPrivateKey } from '../../../ssh/ssh-private-key.ts';

const LONGEST_REQUEST = 256 * 1024;

/** An SSH agent of our own, at a socket: ssh logs in by it, and the private key stays in this process. */
export class SshAgent {
  readonly #key: SshPrivateKey;
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #open = new Set<Socket>();

  constructor(key: SshPrivateKey) {
    this.#key = key;
  }

  /** The folder that `path` lies in must keep others out. */
  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#open.add(socket);
    let received: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#open.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 4) {
        const length = received.readUInt32BE();
        if (length > LONGEST_REQUEST) return void socket.destroy();
        if (received.length < 4 + length) return;
        const answer = answerAgentRequest(this.#key, received.subarray(4, 4 + length));
        received = received.subarray(4 + length);
        const head = Buffer.alloc(4);
        head.writeUInt32BE(answer.length);
        socket.write(Buffer.concat([head, answer]));
      }
    });
  }
}
