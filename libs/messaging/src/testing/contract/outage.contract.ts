import { setTimeout as sleep } from 'node:timers/promises';
import { DependencyDown } from '@toolplane/contracts/errors';
import { eventually, numbersOf, report, type Fixture } from './fixture.js';

/** A full minute takes the suite past its time; 20 s is longer than every timeout and session in it. TOOLPLANE_TEST_OUTAGE_MS=60000 is the minute. */
const AWAY_MS = Number(process.env['TOOLPLANE_TEST_OUTAGE_MS'] ?? 20_000);

export const outageContract = (fixture: () => Fixture): void => {
  /** Publishes without a pause, and again what was not acknowledged, until it is told to stop. */
  const publishOn = (topic: string) => {
    const acknowledged = new Set<number>();
    let failures = 0;
    let n = 0;
    let on = true;
    const ended = (async () => {
      while (on) {
        const batch = Array.from({ length: 5 }, () => report(n++, undefined, topic));
        for (let sent = false; !sent && on; ) {
          sent = await fixture().publisher.publish(batch).then(() => true, (error: unknown) => {
            expect(error).toBeInstanceOf(DependencyDown);
            failures += 1;
            return false;
          });
          if (sent) for (const number of numbersOf(batch)) acknowledged.add(number);
          await sleep(20);
        }
      }
    })();
    return { acknowledged, failures: () => failures, stop: async () => ((on = false), ended) };
  };

  it.each([
    ['asked to end', 'stop', 1_000],
    ['killed with -9, and away for long', 'kill', AWAY_MS],
  ] as const)('comes back by itself and loses nothing when the log was %s', async (_, way, awayMs) => {
    const topic = await fixture().topic();
    const group = fixture().collect(topic);
    const everyone = fixture().collect(topic, { audience: 'everyone', from: 'end' });
    await eventually(() => expect([group.consumer.health.alive, everyone.consumer.health.alive]).toEqual([true, true]));
    const publishing = publishOn(topic);
    await eventually(() => expect(group.events.length).toBeGreaterThan(20));
    await fixture().under[way]();
    await sleep(awayMs);
    if (awayMs > 15_000) {
      expect(group.consumer.health.alive).toBe(false);
      expect(publishing.failures()).toBeGreaterThan(0);
    }
    await fixture().under.restart();
    const back = publishing.acknowledged.size;
    await eventually(() => expect(publishing.acknowledged.size).toBeGreaterThan(back + 100), 20_000);
    await publishing.stop();
    const all = [...publishing.acknowledged].sort((a, b) => a - b);
    const arrived = (events: typeof group.events) => all.filter((number) => !new Set(numbersOf(events)).has(number));
    await eventually(() => expect(arrived(group.events)).toEqual([]), 20_000);
    await eventually(() => expect(arrived(everyone.events)).toEqual([]), 20_000);
    await eventually(() => expect([group.consumer.health.alive, everyone.consumer.health.alive]).toEqual([true, true]));
  }, 60_000 + 2 * AWAY_MS);
};
