import { Controller } from '@nestjs/common';
import { OnDeadLetters, type DeadLetter } from '@toolplane/messaging';
import { Database } from '@toolplane/persistence';
import { deadLetterRow } from './dead-letter.js';
import { deadLettersStore } from './dead-letters.store.js';

/** Keeps every parked record where people can look at it. */
@Controller()
export class OnDeadLettersParked {
  constructor(private readonly database: Database) {}

  @OnDeadLetters()
  async handle(letters: readonly DeadLetter[]): Promise<void> {
    await this.database.asWorker((tx) => deadLettersStore.add(tx, letters.map(deadLetterRow)));
  }
}
