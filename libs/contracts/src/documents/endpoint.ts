import { Type, type Static } from 'typebox';
import { TemplateReference } from './template.js';

const Scalar = Type.Union([Type.String({ maxLength: 8192 }), Type.Number(), Type.Boolean()]);

/** Where a tool of type http calls. Scheme, host and port are fixed here; a request fills in path segments, query, headers and body. */
export const Endpoint = Type.Object(
  {
    url: Type.String({ minLength: 1, maxLength: 2048, description: '`{name}` is one path segment, filled from the payload’s top-level field of that name.' }),
    method: Type.Optional(Type.Enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'], { description: 'Default GET.' })),
    query: Type.Optional(
      Type.Record(Type.String({ maxLength: 255 }), Type.Union([Scalar, TemplateReference, Type.Array(Type.Union([Scalar, TemplateReference]), { maxItems: 100 })]), {
        maxProperties: 100,
        description: 'Query parameters; an array repeats the parameter.',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String({ maxLength: 128 }), Type.Union([Scalar, TemplateReference]), { maxProperties: 50, description: 'Request headers; credentials belong into auth.' }),
    ),
    body: Type.Optional(Type.Unknown({ description: 'Template of the JSON body.' })),
    response: Type.Optional(Type.Enum(['json', 'text', 'base64'], { description: 'How the answer becomes the output. Default json.' })),
  },
  { additionalProperties: false, description: 'Where and how a tool of type http calls.' },
);
export type Endpoint = Static<typeof Endpoint>;

/** The placeholders of a URL in their order: `/users/{userId}/{view}` gives `['userId', 'view']`. */
export const placeholdersOf = (url: string): readonly string[] => [...url.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
