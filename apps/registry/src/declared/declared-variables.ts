import { ConfigurationError, readDeclared, refined, variable, type Declared, type Refined } from '@toolplane/config';
import { definitionFaults } from '@toolplane/security/schemas';
import { Type } from 'typebox';

/** Variables of what files declare. They are read and checked here, with all other configuration: nothing starts while one is wrong. */
export const declaredVariables = (): Refined<Declared | undefined> =>
  refined(
    {
      folder: variable({
        env: 'CONFIG_DIR',
        doc: 'Folder of declared tools, toolkits and agent types (deploy/config), synced to the database at start-up. Absent: nothing is synced.',
        schema: Type.String({ minLength: 1 }),
        optional: true,
      }),
    },
    ({ folder }, blame): Declared | undefined => {
      if (folder === undefined) return undefined;
      try {
        return readDeclared(folder, definitionFaults);
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        for (const { source, message, ...place } of error.faults) blame(source, message, place);
        return undefined;
      }
    },
  );
