import type { DynamicModule } from '@nestjs/common';
import { defineConfig, serviceVariables, variable, type Settings } from '@toolplane/config';
import { Type } from 'typebox';
import { startService } from '../lifecycle/start-service.js';
import { ServiceKit } from '../service-kit.module.js';

/** The smallest service there is, for the spec of its start and its end. Its arguments make it fail. */
const fixtureConfig = defineConfig({
  service: serviceVariables({ name: 'fixture', port: 0 }),
  other: variable({ env: 'OTHER', doc: 'Required, so that something can be missing.', schema: Type.String() }),
});

class FixtureModule {
  static with(config: Settings<typeof fixtureConfig>): DynamicModule {
    return { module: FixtureModule, imports: [ServiceKit.with(config.service)], providers: [{ provide: 'fault', useFactory: fault }] };
  }
}

const fault = async (): Promise<void> => {
  if (process.argv.includes('stuck')) process.stdout.write('it is stuck\n');
  if (process.argv.includes('stuck')) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (process.argv.includes('bug')) {
    setTimeout(() => {
      throw new Error('the bug');
    }, 300);
  }
};

await startService(FixtureModule, fixtureConfig);
