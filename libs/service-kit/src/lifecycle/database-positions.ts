import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DependencyDown } from '@toolplane/contracts/errors';
import { StoredPositions, type StoredPosition } from '@toolplane/messaging';

const AGAIN_AFTER_MS = 1_000;

/**
 * Of a service whose handlers store positions with what they do: `{ provide: StoredPositions, useClass: DatabasePositions }` in its
 * module has its consumers go back to where its database stands, should that be older than the log's own word. Waits for a database
 * that is away.
 */
@Injectable()
export class DatabasePositions extends StoredPositions {
  constructor(private readonly modules: ModuleRef) {
    super();
  }

  async stored(): Promise<readonly StoredPosition[]> {
    // Loaded here, so that a service without a database never loads its drivers.
    const { Database, Positions } = await import('@toolplane/persistence');
    const database = this.modules.get(Database, { strict: false });
    const positions = this.modules.get(Positions, { strict: false });
    for (;;) {
      try {
        return await database.asWorker((tx) => positions.all(tx));
      } catch (error) {
        if (!(error instanceof DependencyDown)) throw error;
      }
      await sleep(AGAIN_AFTER_MS);
    }
  }
}
