/** Stands for U+0000, which Postgres takes in no text: the symbol for it. */
const SYMBOL = '\u2400';

const MAY_CHANGE = /[\0\ud800-\udfff]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text that a text column gives back as it was: U+0000 becomes U+2400, and half a surrogate pair, which has no UTF-8 form, U+FFFD. Costs
 * one look where there is nothing to do. What is hashed must be made so before it is hashed.
 */
export const storableText = (text: string): string =>
  MAY_CHANGE.test(text) ? text.replaceAll('\0', SYMBOL).replace(LONE_SURROGATE, '\ufffd') : text;

/**
 * JSON text that a `json` or `jsonb` column takes, and whose strings can be read out in SQL. JSON writes U+0000 as an escape; a
 * backslash before it may itself be escaped, hence the pairs.
 */
export const jsonWithoutNul = (text: string): string =>
  text.includes('\\u0000') ? text.replace(/\\(u0000|.)/gs, (escape, what: string) => (what === 'u0000' ? SYMBOL : escape)) : text;

/** The same for a document. JSON writes half a surrogate pair as an escape, which a `json` column keeps. */
export const storable = <Value>(value: Value): Value => {
  const text = JSON.stringify(value);
  return text?.includes('\\u0000') ? (JSON.parse(jsonWithoutNul(text)) as Value) : value;
};
