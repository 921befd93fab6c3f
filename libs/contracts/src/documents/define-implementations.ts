import type { Implementation } from './implementation.js';

type Described = Omit<Implementation, 'key' | 'provider' | 'needs' | 'metadata'> & {
  readonly provider?: Implementation['provider'];
  readonly needs?: Partial<Implementation['needs']>;
  readonly metadata: Omit<Implementation['metadata'], 'isDangerous' | 'isReadOnly' | 'isIdempotent'> & Partial<Implementation['metadata']>;
};

/** Declares a family of implementations, by key. Without a word it is harmless, only reads and needs nothing. */
export const defineImplementations = <const Family extends Record<string, Described>>(family: Family): { readonly [Key in keyof Family]: Implementation } =>
  Object.freeze(
    Object.fromEntries(
      Object.entries(family).map(([key, { provider = 'builtin', needs, metadata, inputSchema, outputSchema }]): [string, Implementation] => [
        key,
        {
          key,
          provider,
          needs: { context: false, registry: false, ...needs },
          metadata: { isDangerous: false, isReadOnly: true, isIdempotent: true, ...metadata },
          inputSchema,
          outputSchema,
        },
      ]),
    ),
  ) as { readonly [Key in keyof Family]: Implementation };

type Properties = Readonly<Record<string, unknown>>;
/** A closed object: what is not named is refused. */
export const closed = (properties: Properties, required: readonly string[] = []): Record<string, unknown> => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required: [...required] }),
  additionalProperties: false,
});
