import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { Public, type OpenApiDocument } from '@toolplane/service-kit';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { docsPage } from './docs-page.js';
import { asyncApiText, productVersion } from './service-documents.js';

/** Injection token of the document of everything the gateway serves. */
export const OPEN_API = Symbol('OPEN_API');
/** Makes it: at the first question, because most starts see none. */
export type OpenApiSource = () => Promise<OpenApiDocument>;

const Version = Type.Object({ name: Type.String(), version: Type.String() }, { description: 'What runs here.' });

/** What the product says about itself. No credential: clients read it before they have one. */
@Controller('api')
export class DocumentsController {
  private texts: Promise<{ readonly json: string; readonly page: string }> | undefined;

  constructor(@Inject(OPEN_API) private readonly source: OpenApiSource) {}

  @Get('version')
  @Public({ summary: 'What runs here', answers: { 200: Version } })
  version(): { readonly name: string; readonly version: string } {
    return { name: 'toolplane', version: productVersion() };
  }

  @Get('openapi.json')
  @Public({ summary: 'The OpenAPI 3.1 document of every route' })
  async openApi(@Res() reply: FastifyReply): Promise<FastifyReply> {
    return reply.type('application/json; charset=utf-8').send((await this.made()).json);
  }

  @Get('asyncapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Public({ summary: 'The AsyncAPI 3 document of every event' })
  asyncApi(): string {
    return asyncApiText();
  }

  @Get('docs')
  @Public({ summary: 'The routes as a page for people' })
  async page(@Res() reply: FastifyReply): Promise<FastifyReply> {
    const { page } = await this.made();
    return reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'").send(page);
  }

  private made(): Promise<{ readonly json: string; readonly page: string }> {
    this.texts ??= this.source().then((document) => ({ json: JSON.stringify(document), page: docsPage(document) }));
    return this.texts;
  }
}
