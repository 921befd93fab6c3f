import type { Api } from '../api.js';
import { DEMO_SOURCE, doublePayment, refundPlaybook } from './refund-playbook.js';

/** An exception and the playbook for it; what is there already is left alone. */
export async function provisionPlaybook(api: Api): Promise<void> {
  const made = await api.call('POST', '/api/playbooks', refundPlaybook);
  if (made.status !== 201 && made.status !== 409) throw made.unexpected();
  const found = await api.call('GET', `/api/exceptions?source=${encodeURIComponent(DEMO_SOURCE)}&limit=1`);
  if (found.status !== 200) throw found.unexpected();
  if ((found.body as { items: unknown[] }).items.length > 0) return;
  const exception = await api.call('POST', '/api/exceptions', doublePayment);
  if (exception.status !== 201) throw exception.unexpected();
}
