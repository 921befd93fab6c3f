import { MAX_WAIT_SECONDS } from '@toolplane/contracts/http';

const WAIT = /^wait\s*=\s*"?(\d{1,9})"?$/i;

/**
 * Seconds of `Prefer: wait=N` (RFC 7240), at most 60; null where it is not asked for. What cannot be read is ignored, as that RFC says,
 * and of several the first counts.
 */
export function waitSeconds(prefer: string | string[] | undefined): number | null {
  for (const preference of [prefer ?? []].flat().join(',').split(',')) {
    const found = WAIT.exec(preference.split(';')[0]?.trim() ?? '');
    if (found) return Math.min(Number(found[1]), MAX_WAIT_SECONDS);
  }
  return null;
}
