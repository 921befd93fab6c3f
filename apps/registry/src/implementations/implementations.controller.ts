import { Controller, Get, Inject } from '@nestjs/common';
import { IMPLEMENTATION_KEYS, IMPLEMENTATIONS, ListedImplementation } from '@toolplane/contracts/documents';
import { Permission, type Page } from '@toolplane/service-kit';
import { pageSchema } from '../page-schema.js';
import { DEPLOYMENT, type Deployment } from '../tools/deployment.js';

/** What code there is that a tool of type builtin or custom can name. */
@Controller('api/implementations')
export class ImplementationsController {
  constructor(@Inject(DEPLOYMENT) private readonly deployment: Deployment) {}

  @Get()
  @Permission('tools:read', { summary: 'The fixed implementation keys with their schemas', answers: { 200: pageSchema(ListedImplementation) } })
  list(): Page<ListedImplementation> {
    const { providers } = this.deployment;
    const items = [...IMPLEMENTATION_KEYS].sort().map((key) => ({ ...IMPLEMENTATIONS[key], available: providers.includes(IMPLEMENTATIONS[key].provider) }));
    return { items, next: null };
  }
}
