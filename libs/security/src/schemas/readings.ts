const ORDINARY = /^[ -$&-~]*$/;
const ENCODED = /(?:%[0-9a-f]{2})+/gi;
const ROUNDS = 2;

/**
 * A text as it is compared: compatibility forms unified (NFKC: full-width letters, ligatures), characters that are not seen removed, every
 * run of white space one space, none at the ends.
 */
export const plain = (text: string): string => (ORDINARY.test(text) ? spaced(text) : spaced(seen(text)));
const spaced = (text: string): string => (text.includes('  ') ? text.replace(/ +/g, ' ') : text).trim();
const seen = (text: string): string => text.normalize('NFKC').replace(/[\s\u0085]+/g, ' ').replace(/[\p{Cc}\p{Cf}\p{Mn}\u115f\u1160\u3164]/gu, '');

/** What a text may become on its way: as it is, and with its percent-encoding undone, twice at most. */
export function readingsOf(text: string): readonly string[] {
  const readings = [plain(text)];
  for (let round = 0; round < ROUNDS; round++) {
    const last = readings[round] as string;
    if (!last.includes('%')) break;
    const decoded = plain(last.replace(ENCODED, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8')));
    if (decoded === last) break;
    readings.push(decoded);
  }
  return readings;
}

/** A path with its dots resolved. */
export interface Path {
  /** Segments joined by one slash each; begins with one where it is absolute, or where it climbs above where it started. */
  readonly text: string;
  readonly climbs: boolean;
}

/** Absolute, nothing in it to resolve. */
const RESOLVED = /^(?:\/[^/\\.:?][^/\\:]*)+$/;

/**
 * Reads a text as a path: backslashes are slashes, `.`, `..` and repeated slashes are resolved, `file:` is dropped. Where a relative path
 * starts is not known here: one that climbs above it is taken to climb to the root.
 */
export function pathOf(text: string): Path {
  if (RESOLVED.test(text)) return { text, climbs: false };
  const slashed = text
    .replaceAll('\\', '/')
    .replace(/^file:(?:\/\/localhost(?=\/))?\/*/, '/')
    .replace(/^\/\/[?.]\//, '/')
    .replace(/^\/(?=[a-z]:(?:\/|$))/, '');
  const segments: string[] = [];
  let climbs = false;
  for (const segment of slashed.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) climbs = !slashed.startsWith('/') || climbs;
  }
  return { text: `${slashed.startsWith('/') || climbs ? '/' : ''}${segments.join('/')}`, climbs };
}

/** What the short form of a denial takes for a path. */
export const looksLikePath = (text: string): boolean => /^(?:\/|\.\.?\/|\.\.?\\|\.\.$|~|[a-z]:[\\/]|\\\\)/i.test(text);
