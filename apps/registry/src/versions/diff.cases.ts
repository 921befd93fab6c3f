import type { ToolBody, VersionChange } from '@toolplane/contracts/documents';

type Change = Partial<ToolBody>;
const object = (properties: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({ type: 'object', properties, ...rest });
const text = { type: 'string' };

/** [title, before, after, change, pointers of the diff] */
export const cases: readonly (readonly [string, Change, Change, VersionChange | null, readonly string[]])[] = [
  ['nothing', {}, {}, null, []],
  ['members in another order', { inputSchema: { type: 'object', title: 'a' } }, { inputSchema: { title: 'a', type: 'object' } }, null, []],
  ['the name', {}, { name: 'other' }, 'breaking', ['/name']],
  ['a description', {}, { description: 'Better words.' }, 'metadata', ['/description']],
  ['a flag', {}, { isDangerous: true }, 'metadata', ['/isDangerous']],
  ['the timeout', {}, { timeoutMs: 1000 }, 'compatible', ['/timeoutMs']],
  ['what the worker is told', { dummy: {} }, { dummy: { delayMs: 5 } }, 'compatible', ['/dummy']],
  ['a flag and the timeout', {}, { idempotent: true, timeoutMs: 5 }, 'compatible', ['/timeoutMs', '/idempotent']],
  ['an optional property more', { inputSchema: object({ a: text }) }, { inputSchema: object({ a: text, b: text }) }, 'compatible', ['/inputSchema/properties/b']],
  [
    'a required property more',
    { inputSchema: object({ a: text }, { required: ['a'] }) },
    { inputSchema: object({ a: text, b: text }, { required: ['a', 'b'] }) },
    'breaking',
    ['/inputSchema/properties/b', '/inputSchema/required'],
  ],
  ['a property less', { inputSchema: object({ a: text, b: text }) }, { inputSchema: object({ a: text }) }, 'breaking', ['/inputSchema/properties/b']],
  ['a property no longer required', { inputSchema: object({ a: text }, { required: ['a'] }) }, { inputSchema: object({ a: text }) }, 'compatible', ['/inputSchema/required']],
  ['a wider type', { inputSchema: object({ a: { type: 'integer' } }) }, { inputSchema: object({ a: { type: 'number' } }) }, 'compatible', ['/inputSchema/properties/a/type']],
  ['a narrower type', { inputSchema: object({ a: { type: ['string', 'null'] } }) }, { inputSchema: object({ a: text }) }, 'breaking', ['/inputSchema/properties/a/type']],
  ['another type', { inputSchema: object({ a: text }) }, { inputSchema: object({ a: { type: 'boolean' } }) }, 'breaking', ['/inputSchema/properties/a/type']],
  ['one choice more', { inputSchema: object({ a: { enum: [1] } }) }, { inputSchema: object({ a: { enum: [1, 2] } }) }, 'compatible', ['/inputSchema/properties/a/enum']],
  ['one choice less', { inputSchema: object({ a: { enum: [1, 2] } }) }, { inputSchema: object({ a: { enum: [1] } }) }, 'breaking', ['/inputSchema/properties/a/enum']],
  ['a choice where all was free', { inputSchema: object({ a: {} }) }, { inputSchema: object({ a: { enum: [1] } }) }, 'breaking', ['/inputSchema/properties/a/enum']],
  ['a shorter text', { inputSchema: object({ a: { maxLength: 9 } }) }, { inputSchema: object({ a: { maxLength: 8 } }) }, 'breaking', ['/inputSchema/properties/a/maxLength']],
  ['a longer text', { inputSchema: object({ a: { maxLength: 9 } }) }, { inputSchema: object({ a: { maxLength: 10 } }) }, 'compatible', ['/inputSchema/properties/a/maxLength']],
  ['a bound gone', { inputSchema: object({ a: { minimum: 1 } }) }, { inputSchema: object({ a: {} }) }, 'compatible', ['/inputSchema/properties/a/minimum']],
  ['another pattern', { inputSchema: object({ a: { pattern: 'a' } }) }, { inputSchema: object({ a: { pattern: 'b' } }) }, 'breaking', ['/inputSchema/properties/a/pattern']],
  ['no other properties any more', { inputSchema: object({}) }, { inputSchema: object({}, { additionalProperties: false }) }, 'breaking', ['/inputSchema/additionalProperties']],
  ['other properties again', { inputSchema: object({}, { additionalProperties: false }) }, { inputSchema: object({}) }, 'compatible', ['/inputSchema/additionalProperties']],
  ['a text within the schema', { inputSchema: object({ a: text }) }, { inputSchema: object({ a: { ...text, description: 'A.' } }) }, 'metadata', ['/inputSchema/properties/a/description']],
  ['a field marked as sensitive', { inputSchema: object({ a: text }) }, { inputSchema: object({ a: { ...text, writeOnly: true } }) }, 'compatible', ['/inputSchema/properties/a/writeOnly']],
  ['items tighter, deep inside', { inputSchema: object({ a: { items: {} } }) }, { inputSchema: object({ a: { items: text } }) }, 'breaking', ['/inputSchema/properties/a/items/type']],
  ['a shared definition tighter', { inputSchema: object({}, { $defs: { x: text } }) }, { inputSchema: object({}, { $defs: { x: { ...text, minLength: 1 } } }) }, 'breaking', ['/inputSchema/$defs/x/minLength']],
  ['a combination', { inputSchema: object({}, { anyOf: [{}] }) }, { inputSchema: object({}, { anyOf: [{}, {}] }) }, 'breaking', ['/inputSchema/anyOf']],
  ['an output promised for the first time', {}, { outputSchema: object({ a: text }) }, 'compatible', ['/outputSchema']],
  ['an output no longer promised', { outputSchema: object({ a: text }) }, {}, 'breaking', ['/outputSchema']],
  ['an output with one property more', { outputSchema: object({ a: text }) }, { outputSchema: object({ a: text, b: text }) }, 'compatible', ['/outputSchema/properties/b']],
  ['an output that may now be null', { outputSchema: object({ a: text }) }, { outputSchema: object({ a: { type: ['string', 'null'] } }) }, 'breaking', ['/outputSchema/properties/a/type']],
  ['an output that need not be there', { outputSchema: object({ a: text }, { required: ['a'] }) }, { outputSchema: object({ a: text }) }, 'breaking', ['/outputSchema/required']],
];
