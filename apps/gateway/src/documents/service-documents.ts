import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CALLABLE_SERVICES, type CallableService, type OpenApiDocument } from '@toolplane/service-kit';
import { appFolder } from './app-folder.js';

export interface ServiceDocument {
  readonly service: CallableService;
  readonly document: OpenApiDocument;
}

const GENERATED = path.join(appFolder(), 'generated');
const textOf = (name: string): string => readFileSync(path.join(GENERATED, name), 'utf8');

/** The OpenAPI documents of the services, as `npm run generate` left them. */
export const serviceDocuments = (): readonly ServiceDocument[] =>
  CALLABLE_SERVICES.filter((service) => existsSync(path.join(GENERATED, `${service}.json`))).map((service) => ({
    service,
    document: JSON.parse(textOf(`${service}.json`)) as OpenApiDocument,
  }));

/** The AsyncAPI document, as text: it is only handed out. */
export const asyncApiText = (): string => textOf('asyncapi.json');

export const productVersion = (): string => (JSON.parse(readFileSync(path.join(appFolder(), 'package.json'), 'utf8')) as { version: string }).version;
