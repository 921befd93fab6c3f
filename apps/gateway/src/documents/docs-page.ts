import type { OpenApiDocument } from '@toolplane/service-kit';

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly 'x-permission'?: string | null;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
}

const STYLE = `body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f2937}
code,h3{font-family:ui-monospace,monospace}h3{font-size:1rem;margin:1.5rem 0 .25rem}p{margin:.25rem 0}small{color:#6b7280}`;

/** The document as one page without scripts: what there is, what it takes, what may go wrong. */
export const docsPage = ({ info, paths }: OpenApiDocument): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Toolplane API</title><style>${STYLE}</style></head>
<body><h1>Toolplane API <small>${escaped(String(info['version']))}</small></h1>
<p>Send <code>Authorization: Bearer &lt;API key&gt;</code>. Errors are <code>application/problem+json</code>. The whole, with every schema and
example: <a href="/api/openapi.json">/api/openapi.json</a>; events: <a href="/api/asyncapi.json">/api/asyncapi.json</a>.</p>
${Object.entries(paths)
  .flatMap(([path, operations]) => Object.entries(operations).map(([method, operation]) => section(method, path, operation as Operation)))
  .join('\n')}
</body></html>`;

const section = (method: string, path: string, operation: Operation): string => {
  const { summary, description, parameters = [], responses = {}, 'x-permission': permission } = operation;
  const query = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => `<code>${escaped(name)}</code>`);
  const answers = Object.entries(responses).map(([status, answer]) => `${status} ${escaped(answer.description ?? '')}`);
  return [
    `<h3>${method.toUpperCase()} ${escaped(path)}</h3>`,
    ...[summary, description].flatMap((text) => (text === undefined ? [] : [`<p>${escaped(text)}</p>`])),
    `<p><small>${permission ? `needs <code>${escaped(permission)}</code>` : 'needs no credential'}${query.length > 0 ? ` · ${query.join(' ')}` : ''}</small></p>`,
    `<p><small>${answers.join(' · ')}</small></p>`,
  ].join('\n');
};

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
