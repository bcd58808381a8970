import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '../template/budget.ts';
import { builtins } from '../template/builtins/builtins.ts';
import { executeTemplate } from '../template/execute.ts';
import type { KeyKind, TemplateSources } from '../template/go-value.ts';
import { parseTemplate } from '../template/parse-template.ts';
import { bcryptHash } from './bcrypt.ts';
import { sprig } from './sprig.ts';

/** Appendix A of the reference: sprig's functions that Flux has. */
const NAMES =
  `abbrev abbrevboth add add1 add1f addf adler32sum ago all any append atoi b32dec b32enc b64dec b64enc base bcrypt biggest
buildCustomCert camelcase cat ceil chunk clean coalesce compact concat contains decryptAES deepCopy deepEqual default derivePassword dict dig
dir div divf duration durationRound empty encryptAES ext fail first float64 floor fromJson genCA genCAWithKey genPrivateKey
genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey get has hasKey hasPrefix hasSuffix hello htpasswd indent
initial initials int int64 isAbs join kebabcase keys kindIs kindOf last list lower max maxf merge mergeOverwrite min minf mod mul mulf
mustAppend mustChunk mustCompact mustDateModify mustDeepCopy mustFirst mustFromJson mustHas mustInitial mustLast mustMerge
mustMergeOverwrite mustPrepend mustPush mustRegexFind mustRegexFindAll mustRegexMatch mustRegexReplaceAll mustRegexReplaceAllLiteral
mustRegexSplit mustRest mustReverse mustSlice mustToDate mustToJson mustToPrettyJson mustToRawJson mustUniq mustWithout must_date_modify
nindent nospace omit osBase osClean osDir osExt osIsAbs pick pluck plural prepend push quote randInt regexFind regexFindAll regexMatch
regexQuoteMeta regexReplaceAll regexReplaceAllLiteral regexSplit repeat replace rest reverse round semver semverCompare seq set sha1sum
sha256sum sha512sum shuffle slice snakecase sortAlpha split splitList splitn squote sub subf substr swapcase ternary title toDate
toDecimal toJson toPrettyJson toRawJson toString toStrings trim trimAll trimPrefix trimSuffix trimall trunc tuple typeIs typeIsLike typeOf
uniq unixEpoch unset until untilStep untitle upper urlJoin urlParse values without wrap wrapWith`.split(
    /\s+/,
  );

const GO_NAMES = 'and call eq ge gt html index js le len lt ne not or print printf println urlquery'.split(
  ' ',
);

const KEY_PAIRS = {
  rsa2048: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  rsa4096: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ecdsa: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: () => generateKeyPairSync('ed25519'),
};

let taken = 0;
const sources: TemplateSources = {
  now: () => new Date('2026-01-02T03:04:05Z'),
  random: (size) => Uint8Array.from({ length: size }, () => (taken = (taken * 75 + 74) % 65_537) & 0xff),
  generateKey: (kind: KeyKind) => {
    const { privateKey } = KEY_PAIRS[kind]();
    return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  },
};

function render(text: string): string {
  const functions = new Map(Object.entries({ ...builtins, ...sprig }));
  const parsed = parseTemplate(text, {
    name: 't',
    hasFunction: (name) => functions.has(name),
    limits: DEFAULT_LIMITS,
  });
  return executeTemplate(parsed, undefined, { functions, sources, limits: DEFAULT_LIMITS });
}

test('all functions that Flux has are there, and no others', () => {
  assert.equal(NAMES.length, 194);
  assert.deepEqual(Object.keys(sprig).sort(), [...NAMES].sort());
  assert.deepEqual(Object.keys(builtins).sort(), GO_NAMES);
});

test('bcrypt gives the hashes that are published for other implementations', () => {
  const salt = Buffer.from('10410410410410410410410410410410', 'hex');
  const hash = (password: string): string => bcryptHash(Buffer.from(password), salt, 5);
  assert.equal(hash('U*U'), '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW');
  assert.equal(hash('U*U*'), '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK');
  assert.equal(hash(''), '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy');
});

test('certificates are valid: signed by their authority, for their names, until their day', () => {
  const [caCert, caKey, leafCert, leafKey] = render(
    '{{ $ca := genCA "my ca" 365 }}{{ $ca.Cert }}@{{ $ca.Key }}@{{ $c := genSignedCert "leaf" (list "10.0.0.1" "::1") (list "a.example.com") 30 $ca }}{{ $c.Cert }}@{{ $c.Key }}',
  ).split('@');
  const ca = new X509Certificate(caCert ?? '');
  const leaf = new X509Certificate(leafCert ?? '');
  assert(ca.verify(ca.publicKey) && ca.ca);
  assert(leaf.verify(ca.publicKey) && leaf.checkIssued(ca) && !leaf.ca);
  assert(ca.checkPrivateKey(createPrivateKey(caKey ?? '')));
  assert(leaf.checkPrivateKey(createPrivateKey(leafKey ?? '')));
  assert.match(caKey ?? '', /^-----BEGIN RSA PRIVATE KEY-----/);
  assert.equal(leaf.subject, 'CN=leaf');
  assert.equal(leaf.issuer, 'CN=my ca');
  assert.equal(leaf.subjectAltName, 'DNS:a.example.com, IP Address:10.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  assert.equal(leaf.validFromDate.toISOString(), '2026-01-02T03:04:05.000Z');
  assert.equal(leaf.validToDate.toISOString(), '2026-02-01T03:04:05.000Z');
});

test('certificates can be made for keys that are given, and checked when both are', () => {
  for (const [kind, label] of [
    ['ecdsa', 'EC PRIVATE KEY'],
    ['ed25519', 'PRIVATE KEY'],
  ] as const) {
    const [cert, key, same] = render(
      `{{ $k := genPrivateKey "${kind}" }}{{ $c := genSelfSignedCertWithKey "" nil (list "x.example") 1 $k }}{{ $c.Cert }}@{{ $c.Key }}@{{ eq (buildCustomCert (b64enc $c.Cert) (b64enc $c.Key)) $c }}`,
    ).split('@');
    const certificate = new X509Certificate(cert ?? '');
    assert(certificate.verify(certificate.publicKey));
    assert(key?.startsWith(`-----BEGIN ${label}-----`));
    assert.equal(same, 'true');
  }
});

test('bad input for certificates is refused', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{{ genSelfSignedCert "a" (list "999.1.1.1") nil 1 }}', /error parsing ip: 999\.1\.1\.1/],
    ['{{ genSelfSignedCert "a" (list 1) nil 1 }}', /it is not a string/],
    ['{{ genCAWithKey "a" 1 "nothing" }}', /no private key/],
    ['{{ genCA "a" 99999999999 }}', /so many days/],
    [
      '{{ $a := genCA "a" 1 }}{{ $b := genCA "b" 1 }}{{ genSignedCert "c" nil nil 1 (buildCustomCert (b64enc $a.Cert) (b64enc $b.Key)) }}',
      /not that of the certificate/,
    ],
    ['{{ buildCustomCert "!" "" }}', /unable to decode base64 certificate/],
  ];
  for (const [template, reason] of cases) assert.throws(() => render(template), reason, template);
});
