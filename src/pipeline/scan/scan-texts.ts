import { formatMilliseconds } from '../../go/duration.ts';
import { quote } from '../../go/quote.ts';
import type { ScanReason } from './decide-scan.ts';

/** While the scan is under way: the message of Reconciling. */
export function scanningText(reason: ScanReason): string {
  return `scanning: ${reason}`;
}

/** The Ready message after a scan, and after a run that found it was not yet time for one. */
export function scannedText(result: { readonly tagCount: number; readonly revision: string }): string {
  return `successful scan: found ${result.tagCount} tags with checksum ${result.revision}`;
}

/** The event of a run after which the Ready message is what it was before. */
export function quietText(outcome: 'tags-unchanged' | 'scanned' | 'not-due', nextScanMs: number): string {
  const what = {
    'tags-unchanged': 'tags did not change',
    scanned: 'successful scan',
    'not-due': 'no change in repository configuration since last scan',
  }[outcome];
  return `${what}, next scan in ${formatMilliseconds(nextScanMs)}`;
}

/** The Ready message of a failed scan. */
export function scanFailedText(problem: string): string {
  return `scan failed: ${problem}`;
}

/** Why a scan that went well failed in the end. */
export function storeFailedText(canonicalName: string, problem: string): string {
  return `failed to set tags for ${quote(canonicalName)}: ${problem}`;
}

/** The Ready message when it could not be decided whether to scan. */
export function scheduleFailedText(problem: string): string {
  return `failed to determine if it's scan time: ${problem}`;
}

/** The Ready message when Secrets are missing or malformed. */
export function accessFailedText(problem: string): string {
  return `failed to configure authentication options: ${problem}`;
}
