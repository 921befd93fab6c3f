import semver from 'semver';
import type { VersionChange } from '@toolplane/contracts/documents';

export const FIRST_VERSION = '1.0.0';
const PART = { breaking: 'major', compatible: 'minor', metadata: 'patch' } as const;

/** The number of a change, counted on from the highest there is: after a rollback the newest number stays taken. */
export const nextVersion = (existing: readonly string[], change: VersionChange): string => {
  const [highest] = semver.rsort([...existing]);
  return (highest && semver.inc(highest, PART[change])) ?? FIRST_VERSION;
};
