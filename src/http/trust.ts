import { getCACertificates } from 'node:tls';
import { messageOf } from '../model/errors.ts';
import { silentLog, type Log } from '../model/log.ts';
import { readCertificates, readCertificatesBelow } from './read-certificates.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const files = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'AWS_CA_BUNDLE'] as const;
const folders = 'SSL_CERT_DIR';

/** Where distributions keep the authorities that the machine trusts, in one file. The first that is there counts. */
const machineFiles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
] as const;

/**
 * Whom TLS trusts, the same for every client: the authorities that Node brings, those of the machine, and those that
 * `NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`, `SSL_CERT_DIR` and `AWS_CA_BUNDLE` name. The variables only ever add.
 *
 * A file that cannot be used is named in the log, and the rest counts: most hosts need none of it.
 */
export class Trust {
  readonly #environment: Environment;
  readonly #log: Pick<Log, 'error'>;
  #named: readonly string[] | undefined;
  #machine: readonly string[] | undefined;
  #authorities: readonly string[] | undefined;

  constructor(environment: Environment, log: Pick<Log, 'error'> = silentLog) {
    this.#environment = environment;
    this.#log = log;
  }

  /** Certificates in PEM, one each. Reading them takes tens of milliseconds the first time. */
  authorities(): readonly string[] {
    this.#authorities ??= [...new Set(this.#all())];
    return this.#authorities;
  }

  /** Those that the variables name and the machine does not trust by itself. */
  additions(): readonly string[] {
    const named = this.#ofEnvironment();
    const known = new Set(named.length === 0 ? [] : this.#ofMachine());
    return named.filter((certificate) => !known.has(certificate));
  }

  #all(): readonly string[] {
    const named = this.#ofEnvironment();
    // What Node calls the system's is replaced by two of the variables: the machine's own is read beside it.
    const machine = named.length === 0 ? [] : this.#ofMachine();
    return [...getCACertificates('default'), ...getCACertificates('system'), ...machine, ...named];
  }

  #ofMachine(): readonly string[] {
    this.#machine ??= machineFiles.map((file) => attempt(() => readCertificates(file))).find(isFilled) ?? [];
    return this.#machine;
  }

  #ofEnvironment(): readonly string[] {
    this.#named ??= [
      ...files.flatMap((variable) => this.#read(variable, (file) => [file], readCertificates)),
      ...this.#read(folders, (list) => list.split(':'), readCertificatesBelow),
    ];
    return this.#named;
  }

  #read(
    variable: string,
    split: (value: string) => readonly string[],
    read: (path: string) => readonly string[],
  ): readonly string[] {
    const paths = split(this.#environment[variable] ?? '').filter((path) => path !== '');
    return paths.flatMap((path) => {
      try {
        return read(path);
      } catch (error) {
        this.#log.error(
          `${variable} names '${path}', which cannot be used: ${messageOf(error)}; its certificates are not trusted`,
        );
        return [];
      }
    });
  }
}

function attempt(read: () => readonly string[]): readonly string[] {
  try {
    return read();
  } catch {
    return []; // Not a place of this distribution.
  }
}

function isFilled(list: readonly string[]): boolean {
  return list.length > 0;
}
