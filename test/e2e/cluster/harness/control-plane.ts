import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '../../harness/wait-until.ts';

const scripts = fileURLToPath(new URL('../control-plane/', import.meta.url));

export type Program = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

export interface ControlPlaneOptions {
  /** Deployments become available, owners are garbage-collected, namespaces go away. Slower, and larger. */
  readonly full?: boolean;
  readonly apiServerArguments?: readonly string[];
}

/** A real API server with its etcd, on loopback, for one test file. */
export interface ControlPlane {
  readonly folder: string;
  /** Of an administrator. */
  readonly kubeconfig: string;
  kubectl(args: readonly string[], input?: string): string;
  /** The folder that `kubectl` and `helm` stand in. */
  readonly programs: string;
  /** Ends a program, as by a power cut with SIGKILL. */
  kill(program: Program, signal: NodeJS.Signals): Promise<void>;
  /** Starts a program again that was ended. */
  start(program: Program): Promise<void>;
  /** The command that a program was started with. */
  startScript(program: Program): string;
  stop(): void;
}

/** Why there can be no control plane on this machine, or false. */
export function controlPlaneMissing(): string | false {
  if (process.env['KUBEBUILDER_ASSETS']) return false;
  const missing = ['go', 'openssl', 'bash'].filter((name) => spawnSync('which', [name]).status !== 0);
  return missing.length === 0 ? false : `${missing.join(' and ')} not installed, and no KUBEBUILDER_ASSETS`;
}

/** Starts a control plane; the first time on a machine its programs are built, which takes minutes. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'control-plane-'));
  const env = {
    ...process.env,
    CLU_RUN: folder,
    CLU_FULL: options.full === true ? '1' : '0',
    CLU_APISERVER_ARGS: (options.apiServerArguments ?? []).join(' '),
  };
  await run('up.sh', env);
  return new RunningControlPlane(folder, env);
}

class RunningControlPlane implements ControlPlane {
  readonly folder: string;
  readonly kubeconfig: string;
  readonly programs: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
    this.programs = spawnSync('bash', [join(scripts, 'up.sh'), 'cache'], {
      env,
      encoding: 'utf8',
    }).stdout.trim();
    this.#env = env;
  }

  kubectl(args: readonly string[], input?: string): string {
    const done = spawnSync(join(this.programs, 'kubectl'), ['--kubeconfig', this.kubeconfig, ...args], {
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
      env: { PATH: process.env['PATH'] ?? '', HOME: this.folder },
      maxBuffer: 2 ** 28,
    });
    if (done.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  }

  async kill(program: Program, signal: NodeJS.Signals): Promise<void> {
    const pid = this.#pids().get(program);
    if (pid === undefined) throw new Error(`${program} does not run`);
    process.kill(pid, signal);
    // An API server that is asked to end waits for those who watch, for up to a minute.
    await waitUntil(() => !isAlive(pid), { what: `the end of ${program}`, timeoutMs: 90_000 });
  }

  async start(program: Program): Promise<void> {
    const log = openSync(join(this.folder, 'log', `${program}.log`), 'a');
    const child = spawn(join(this.folder, `start-${program}.sh`), [], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    closeSync(log);
    const pids = this.#pids().set(program, child.pid ?? -1);
    writeFileSync(join(this.folder, 'pids'), [...pids].map(([name, pid]) => `${pid} ${name}\n`).join(''));
    await waitUntil(() => this.kubectl(['get', '--raw', '/readyz']) === 'ok', {
      what: 'an API server that is ready',
      timeoutMs: 60_000,
    });
  }

  startScript(program: Program): string {
    return readFileSync(join(this.folder, `start-${program}.sh`), 'utf8');
  }

  stop(): void {
    spawnSync('bash', [join(scripts, 'down.sh')], { env: this.#env, stdio: 'inherit' });
    rmSync(this.folder, { recursive: true, force: true });
  }

  #pids(): Map<Program, number> {
    const lines = readFileSync(join(this.folder, 'pids'), 'utf8').trim().split('\n');
    return new Map(
      lines.map((line) => {
        const [pid = '', name = ''] = line.split(' ');
        return [name as Program, Number(pid)];
      }),
    );
  }
}

/** Runs one of the scripts to its end. What it says goes to standard error as it comes: building takes long. */
function run(script: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('bash', [join(scripts, script)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${script} ended with ${code}`));
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A child of ours that has ended stays as a zombie until it is waited for; those of the script are not ours.
    return !/^\d+ \([^)]*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
