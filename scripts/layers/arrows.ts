/** One part of the program: which files belong to it, and what they may import beside their own part. */
export interface Layer {
  readonly name: string;
  /** Repository-relative; the first layer that matches a file owns it. */
  readonly files: RegExp;
  /** Names of other layers. Its own is always allowed. */
  readonly mayImport: readonly string[];
  /** Same input, same output: no clock, random, environment, disk, network or log. */
  readonly pure: boolean;
}

const stages = ['scan', 'select', 'update', 'publish', 'deploy'] as const;
const leaves = ['model', 'go', 'ssh'];
const stageCores = stages.map((stage) => `pipeline/${stage}`);
const inside = [...stageCores, 'reconcile', 'store port', 'login', 'api', ...leaves];

/** Code that talks to the outside world. Only it may use the shared HTTP client. */
const adapters = ['api', 'http', ...leaves];

/** The arrows of docs/architecture.md: `main -> cli -> app -> controllers -> pipeline -> api -> model`, and the side branches. */
export const layers: readonly Layer[] = [
  { name: 'main', files: /^src\/main\.ts$/, mayImport: ['cli', ...leaves], pure: false },
  {
    name: 'cli',
    files: /^src\/cli\//,
    mayImport: ['app', 'controllers', 'views', ...inside],
    pure: false,
  },
  {
    name: 'app',
    files: /^src\/app\//,
    mayImport: [
      'controllers',
      'server',
      'views',
      ...inside,
      'http',
      ...stages.map((stage) => `pipeline/${stage}/io`),
      'login/io',
      'store/local',
      'store/kubernetes',
      'test/fakes',
    ],
    pure: false,
  },
  {
    name: 'server',
    files: /^src\/server\//,
    mayImport: ['views', 'store port', 'api', ...leaves],
    pure: false,
  },
  { name: 'controllers', files: /^src\/controllers\//, mayImport: inside, pure: false },
  { name: 'reconcile', files: /^src\/reconcile\//, mayImport: ['store port', 'api', ...leaves], pure: false },
  { name: 'views', files: /^src\/views\//, mayImport: ['api', ...leaves], pure: true },
  ...stages.flatMap(stageLayers),
  {
    name: 'store/local',
    files: /^src\/store\/local\//,
    mayImport: ['store port', 'api', ...leaves],
    pure: false,
  },
  {
    name: 'store/kubernetes',
    files: /^src\/store\/kubernetes\//,
    mayImport: ['store port', ...adapters],
    pure: false,
  },
  { name: 'login/io', files: /^src\/login\/io\//, mayImport: ['login', ...adapters], pure: false },
  { name: 'login', files: /^src\/login\//, mayImport: ['api', ...leaves], pure: true },
  { name: 'http', files: /^src\/http\//, mayImport: leaves, pure: false },
  { name: 'store port', files: /^src\/store\/[^/]+$/, mayImport: ['api', ...leaves], pure: true },
  { name: 'api', files: /^src\/api\//, mayImport: leaves, pure: true },
  { name: 'ssh', files: /^src\/ssh\//, mayImport: ['model', 'go'], pure: true },
  { name: 'go', files: /^src\/go\//, mayImport: ['model'], pure: true },
  { name: 'model', files: /^src\/model\//, mayImport: [], pure: true },
  { name: 'test/fakes', files: /^test\/fakes\//, mayImport: leaves, pure: false },
];

/** The layer that owns a file, or undefined for files outside the program (tests, scripts, bench). */
export function layerOf(file: string): Layer | undefined {
  return layers.find((layer) => layer.files.test(file));
}

function stageLayers(stage: string): readonly Layer[] {
  const name = `pipeline/${stage}`;
  return [
    {
      name: `${name}/io`,
      files: new RegExp(`^src/${name}/io/`),
      mayImport: [name, ...adapters],
      pure: false,
    },
    { name, files: new RegExp(`^src/${name}/`), mayImport: ['api', ...leaves], pure: true },
  ];
}
