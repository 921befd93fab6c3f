/** Stands for U+0000, which Postgres takes in no text: the symbol for it. */
const SYMBOL = '\u2400';

/** Text that Postgres takes. Costs one scan where there is nothing to do. */
export const withoutNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', SYMBOL) : text);

/**
 * JSON text that a `json` or `jsonb` column takes, and whose strings can be read out in SQL. JSON writes U+0000 as an escape; a
 * backslash before it may itself be escaped, hence the pairs.
 */
export const jsonWithoutNul = (text: string): string =>
  text.includes('\\u0000') ? text.replace(/\\(u0000|.)/gs, (escape, what: string) => (what === 'u0000' ? SYMBOL : escape)) : text;

/** A value that survives its way through a column unchanged: what is hashed must be made so before it is hashed. */
export const storable = <Value>(value: Value): Value => {
  const text = JSON.stringify(value);
  return text?.includes('\\u0000') ? (JSON.parse(jsonWithoutNul(text)) as Value) : value;
};
