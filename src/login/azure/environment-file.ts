import { z } from 'zod';
import { TidemarkError } from '../../model/errors.ts';

const schema = z.object({
  resourceManagerEndpoint: z.string().optional(),
  tokenAudience: z.string().optional(),
  containerRegistryDNSSuffix: z.string().optional(),
  activeDirectoryEndpoint: z.string().optional(),
});

/** A cloud of one's own, as the file that `AZURE_ENVIRONMENT_FILEPATH` names describes it. */
export type AzureEnvironment = z.infer<typeof schema>;

/** Reads the text of the file. Throws `LoginFailed`. */
export function parseAzureEnvironment(text: string, path: string): AzureEnvironment {
  const refuse = (what: string): never => {
    throw new TidemarkError('LoginFailed', `AZURE_ENVIRONMENT_FILEPATH: ${path} ${what}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('is not JSON');
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : refuse('is not a JSON object whose endpoints are strings');
}
