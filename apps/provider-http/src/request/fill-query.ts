import { render, type Endpoint } from '@toolplane/contracts/documents';
import { encoded, textOf } from './text-of.js';

/** Adds the endpoint's query to a URL. An array repeats its parameter; null leaves it out. */
export function withQuery(url: string, query: Endpoint['query'], payload: Readonly<Record<string, unknown>>): string {
  const parameters = Object.entries(query ?? {}).flatMap(([name, template]) => {
    const pointer = `/query/${name}`;
    const value = render(template, { payload });
    return (Array.isArray(value) ? (value as readonly unknown[]) : [value]).flatMap((item) => {
      const text = textOf(item, pointer);
      return text === null ? [] : [parameter(name, text)];
    });
  });
  return withParameters(url, parameters);
}

export const parameter = (name: string, value: string): string => `${encoded(name, '/query')}=${encoded(value, `/query/${name}`)}`;

export const withParameters = (url: string, parameters: readonly string[]): string =>
  parameters.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${parameters.join('&')}`;
