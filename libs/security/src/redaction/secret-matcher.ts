/** Shorter secrets are only found where a text is nothing else: `a` within words is no leak. */
const SHORTEST_WITHIN = 6;

/** Finds given values in texts, plain or in the encodings in which they come back. */
export function secretMatcher(values: readonly string[]): (text: string) => boolean {
  const whole = new Set(values.filter((value) => value !== ''));
  const within = [...new Set(values.filter(({ length }) => length >= SHORTEST_WITHIN).flatMap(forms))];
  return (text) => whole.has(text) || within.some((form) => text.includes(form));
}

function forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const percent = encodeURIComponent(bytes.toString());
  return [
    value,
    percent,
    percent.toLowerCase(),
    percent.replaceAll('%20', '+'),
    JSON.stringify(value).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...base64Cores(bytes),
  ].filter(({ length }) => length >= SHORTEST_WITHIN);
}

/** What a Base64 text contains when the value lies in what was encoded, at each of the three alignments, in both alphabets. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replaceAll('=', '');
    const start = shift === 0 ? 0 : shift + 1;
    const end = (shift + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    const core = text.slice(start, end);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
