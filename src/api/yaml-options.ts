import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, Tags } from 'yaml';

// kubectl reads YAML 1.1 booleans: `suspend: yes` is true for a cluster, so it is here.
const yaml11Boolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:y|yes|on|n|no|off|Y|Yes|YES|On|ON|N|No|NO|Off|OFF)$/,
  identify: () => false,
  resolve: (text) => /^(?:y|on)/i.test(text) && !/^off/i.test(text),
};

/** How documents with objects are parsed: YAML 1.2, and what Kubernetes accepts beyond it. */
export const yamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: 'core',
  // The library's own texts quote the source, which may be a secret.
  prettyErrors: false,
  logLevel: 'silent',
  // Checked by `plainValue`, in linear time.
  uniqueKeys: false,
  customTags: (tags: Tags): Tags => [yaml11Boolean, ...tags],
};
