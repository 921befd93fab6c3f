import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Health, Logger, Metrics } from '@toolplane/observability';

export interface OperatorAddress {
  readonly host: string;
  readonly port: number;
}

/** Metrics and the gateway's own health, on a port of their own: the public one is for callers. */
export class OperatorServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly server: Server;

  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly logger: Logger,
    private readonly address: OperatorAddress,
  ) {
    this.server = createServer((request, response) => void this.answer(request.url ?? '', response));
  }

  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, port } = this.address;
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(port, host, resolve));
    this.logger.debug({ url: this.url }, 'metrics are served');
  }

  async onApplicationShutdown(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(url: string, response: ServerResponse): Promise<void> {
    const send = (status: number, type: string, body: string): void => void response.writeHead(status, { 'content-type': type }).end(body);
    if (url === '/livez') return send(200, 'application/json', '{"status":"ok"}');
    if (url === '/metrics') return send(200, this.metrics.contentType, await this.metrics.text());
    if (url !== '/readyz') return send(404, 'text/plain', 'metrics, livez and readyz are here\n');
    const snapshot = await this.health.snapshot();
    send(snapshot.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(snapshot));
  }
}
