import type { ExceptionBody, PlaybookBody } from '@toolplane/contracts/documents';

/** By which the exception of the demo is found again. */
export const DEMO_SOURCE = '/demo/payments';

export const doublePayment: ExceptionBody = {
  title: 'Order 17 was paid twice',
  description: 'The payment provider reports two captures for one order.',
  severity: 'high',
  source: DEMO_SOURCE,
  attributes: { orderId: 'order-17', amount: 1250, currency: 'EUR' },
};

/** A step of each type. Nothing of it runs by itself: each waits for somebody who completes it. */
export const refundPlaybook: PlaybookBody = {
  name: 'refund_double_payment',
  description: 'What to do when an order was paid twice.',
  steps: [
    { id: 'check', title: 'Compare the two captures', type: 'manual', description: 'Same amount, same card, a few minutes apart?' },
    {
      id: 'decide',
      title: 'Is one of them to be paid back?',
      type: 'decision',
      choices: [
        { id: 'refund', title: 'Yes, pay one back', next: 'refund' },
        { id: 'keep', title: 'No, both are right', next: null },
      ],
    },
    {
      id: 'refund',
      title: 'Pay it back',
      type: 'call_tool',
      tool: 'echo',
      payload: {
        text: { $from: '/exception/attributes/orderId' },
        amount: { $from: '/exception/attributes/amount' },
        remark: { $from: '/steps/check/output/comment', default: 'paid twice' },
      },
    },
    { id: 'tell', title: 'Tell the customer', type: 'manual' },
  ],
};
