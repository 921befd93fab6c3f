import { Controller, Get, Inject } from '@nestjs/common';
import type { SealingConfig } from '@toolplane/config';
import { SealingKeys } from '@toolplane/contracts/documents';
import { ToolplaneError } from '@toolplane/contracts/errors';
import { Permission } from '@toolplane/service-kit';

/** Injection token of what reads the operator's public keys. */
export const SEALING = Symbol('SEALING');

/** The keys are no secret, but which ones they are has to come from Toolplane and not from who stands between: hence behind a credential. */
@Controller('api/sealing-keys')
export class SealingKeysController {
  constructor(@Inject(SEALING) private readonly sealing: SealingConfig) {}

  @Get()
  @Permission('self:read', {
    summary: 'The public keys that sensitive payload fields are sealed to',
    description:
      'A JSON Web Key Set, oldest key first. Seal with the last one: each sensitive field by itself, its JSON as a compact JWE (`ECDH-ES`, `A256GCM`) whose protected header has `kid`, `tenant`, `tool` (its name) and `pointer` (its place in the payload). `{"$sealed":"<JWE>"}` then stands in its place.',
    answers: { 200: SealingKeys },
    errors: ['SEALING_NOT_CONFIGURED'],
  })
  keys(): SealingKeys {
    if (!this.sealing.keys) throw new ToolplaneError('SEALING_NOT_CONFIGURED', { message: 'there are no keys to seal with: SEALING_KEYS_FILE is not set' });
    return this.sealing.keys();
  }
}
