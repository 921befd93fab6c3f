import type { EventLogConfig } from '@toolplane/config';
import type { Received } from '@toolplane/contracts/envelope';
import { ToolInvocationReported } from '@toolplane/contracts/events';
import { createLogger } from '@toolplane/observability';
import { consumerOf } from '../../consumer/consumer-of.js';
import { openEventLog } from '../../open-event-log.js';
import { CoalescingPublisher } from '../../publisher/coalescing-publisher.js';

/** A consumer to be killed: prints the number of each event it gets, one at a time, and never ends with number 2. */
const [config = '', service = '', topic = ''] = process.argv.slice(2);
const log = openEventLog(JSON.parse(config) as EventLogConfig);
consumerOf(
  { definition: ToolInvocationReported, topics: [topic] },
  async (events: readonly Received[]) => {
    for (const { data } of events as readonly Received<ToolInvocationReported>[]) {
      process.stdout.write(`${String(data.output)}\n`);
      if (data.output === 2) await new Promise(() => undefined);
    }
  },
  { log, publisher: new CoalescingPublisher(log), service, logger: createLogger({ service, level: 'silent' }), maxEvents: 1 },
).start();
